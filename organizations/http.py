"""How a page begins: signs in, builds the viewer, turns refusals into pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.middleware import HtmxDetails

from organizations.access import Viewer
from organizations.errors import NotAllowed, PortalError
from organizations.models import Level, User
from organizations.queries import viewer_of

P = ParamSpec("P")
ACTING = "acting_for"
NO_PLACE = "У вашей учётной записи нет места в организации. Обратитесь к тому, кто вас пригласил."


class PortalRequest(HttpRequest):
    """A request of a signed-in person who has a place."""

    user: User
    viewer: Viewer
    htmx: HtmxDetails


def for_members(
    view: Callable[Concatenate[PortalRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for signed-in people with a place; NotAllowed is a 403, other refusals a 409."""

    @login_required
    @wraps(view)
    def page(request: PortalRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        viewer = viewer_of(request.user, acting=request.session.get(ACTING))
        if viewer is None:
            return render(request, "403.html", {"reason": NO_PLACE}, status=403)
        request.viewer = viewer
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as error:
            return render(request, "403.html", {"reason": str(error)}, status=403)
        except PortalError as error:
            return render(request, "refused.html", {"reason": str(error)}, status=409)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], page)


class SecondFactorMiddleware:
    """Sends people of the regional level to set up their second factor before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_FOR_REGION and self._lacks_it(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _lacks_it(self, request: HttpRequest) -> bool:
        if not isinstance(request.user, User) or request.path.startswith(("/account/", "/static/")):
            return False
        viewer = viewer_of(request.user)
        at_region = viewer is not None and viewer.level == Level.REGION
        return at_region and not is_mfa_enabled(request.user)
