"""The first page of each role."""

from django.http import HttpResponse
from django.shortcuts import render

from organizations.http import PortalRequest, for_members


@for_members
def home(request: PortalRequest) -> HttpResponse:
    """What I must do, what changed, where my organization stands."""
    return render(request, "home/home.html", {})
