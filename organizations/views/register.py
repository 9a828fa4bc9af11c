"""The register's page: the form, the upload, what came of it, the marked file."""

from django.http import HttpResponse
from django.shortcuts import render

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import FaultyUpload, Refused
from organizations.exchange import workbook
from organizations.exchange.register import COLUMNS, TITLES
from organizations.forms.register import RegisterForm
from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.services import register as service
from organizations.views import uploads
from organizations.views.sections import open_only_with

KEPT_AS = "register"


@for_members
def register(request: PortalRequest) -> HttpResponse:
    """Take a file of the register and write all of it or nothing."""
    open_only_with(Permission.REGISTER_IMPORT, request.viewer)
    form = RegisterForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            loaded = service.load(content, file.name, by=request.viewer)
            context |= {
                "loaded": loaded,
                "changes": [_told(one) for one in loaded.changed[: uploads.SHOWN]],
            }
        except FaultyUpload as error:
            context |= uploads.faulty(request, KEPT_AS, error, file.name, content)
        except Refused as error:
            form.add_error("file", str(error))
    return render(request, "organizations/register.html", context)


def _told(change: service.Change) -> tuple[Organization, list[str]]:
    """What a row changed, field by field."""
    lines = [
        f"{TITLES[name]}: {change.before[name] or '–'} → {after}"
        for name, after in change.after.items()
    ]
    return change.organization, lines


@for_members
def marked(request: PortalRequest, key: str) -> HttpResponse:
    """The uploader's own file with its faulty cells marked; kept for an hour."""
    open_only_with(Permission.REGISTER_IMPORT, request.viewer)
    return uploads.marked(request, KEPT_AS, key)


@for_members
def blank(request: PortalRequest) -> HttpResponse:
    """The empty form of the register."""
    open_only_with(Permission.REGISTER_IMPORT, request.viewer)
    content = workbook.write({"Реестр": [[column.title for column in COLUMNS]]})
    return attachment(content, "форма-реестра.xlsx", content_type=XLSX)
