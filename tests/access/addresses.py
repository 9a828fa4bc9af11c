"""Where each page of one school's rows is: what its address holds, and what it asks for."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse

from tests.access.world import World

Parts = Callable[[World], dict[str, object]]


def address(name: str, world: World) -> str:
    """The address of a page for the rows of this world; `name` may carry a `@variant`."""
    name = name.partition("@")[0]
    path = reverse(name, kwargs=_KWARGS.get(name, _nothing)(world))
    asked = urlencode(_QUERIES.get(name, _nothing)(world))
    return f"{path}?{asked}" if asked else path


def of_one_row() -> list[str]:
    """The pages that are about one row, not about all."""
    return [*_KWARGS]


def _nothing(world: World) -> dict[str, object]:
    return {}


def _school(world: World) -> dict[str, object]:
    return {"code": world.school.code}


def _member(world: World) -> dict[str, object]:
    return {"pk": world.membership.pk}


def _document(world: World) -> dict[str, object]:
    return {"pk": world.document.pk}


def _protocol(world: World) -> dict[str, object]:
    return {"pk": world.protocol.pk}


def _plan(world: World) -> dict[str, object]:
    return {"pk": world.roadmap.pk}


def _draft(world: World) -> dict[str, object]:
    return {"pk": world.draft.pk}


def _item(world: World) -> dict[str, object]:
    return {"pk": world.roadmap.pk, "item": world.item.pk}


def _execution(world: World) -> dict[str, object]:
    return {"pk": world.execution.pk}


def _work(world: World) -> dict[str, object]:
    return {"code": world.work.code}


def _indicator(world: World) -> dict[str, object]:
    return {"code": world.value.indicator}


_KWARGS: dict[str, Parts] = {
    "organizations:organization": _school,
    "organizations:close": _school,
    "organizations:change": _school,
    "organizations:succeed": _school,
    "organizations:register_marked": lambda world: {"key": "unknown"},
    "organizations:move": _member,
    "organizations:substitute": _member,
    "organizations:block": _member,
    "organizations:unblock": _member,
    "organizations:revoke": lambda world: {"pk": world.invitation.pk},
    "organizations:join": lambda world: {"secret": world.secret},
    "organizations:act_for": lambda world: {"pk": world.substitution.pk},
    "organizations:end_substitution": lambda world: {"pk": world.substitution.pk},
    "organizations:document": _document,
    "organizations:document_accept": _document,
    "organizations:document_return": _document,
    "organizations:document_version": lambda world: {
        "pk": world.document.pk,
        "number": world.version.number,
    },
    "organizations:run": lambda world: {"pk": world.run.pk},
    "organizations:run_repeat": lambda world: {"pk": world.run.pk},
    "organizations:run_cancel": lambda world: {"pk": world.waiting.pk},
    "roadmaps:roadmap": _plan,
    "roadmaps:roadmap_xlsx": _plan,
    "roadmaps:item": _item,
    "roadmaps:report": _item,
    "roadmaps:approve": _draft,
    "roadmaps:delete": _draft,
    "roadmaps:accept": _execution,
    "roadmaps:return": _execution,
    "procedures:protocol": _protocol,
    "procedures:protocol_file": _protocol,
    "procedures:protocol_marked": _protocol,
    "procedures:protocol_restore": _protocol,
    "procedures:work": _work,
    "procedures:form": _work,
    "procedures:upload": _work,
    "monitoring:school": _school,
    "monitoring:indicator": _indicator,
    "monitoring:indicator_xlsx": _indicator,
    "reports:report": lambda world: {"pk": world.report.pk},
    "reports:download": lambda world: {"pk": world.report.pk, "form": "docx"},
}

_QUERIES: dict[str, Parts] = {
    "procedures:form": lambda world: {"organization": world.school.code},
}
