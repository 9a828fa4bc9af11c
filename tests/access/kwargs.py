"""What each page asks for: rows of the world the tables speak of."""

from collections.abc import Callable

from tests.access.world import World

KWARGS: dict[str, Callable[[World], dict[str, object]]] = {
    "organizations:organization": lambda world: {"code": world.school.code},
    "organizations:close": lambda world: {"code": world.school.code},
    "organizations:change": lambda world: {"code": world.school.code},
    "organizations:succeed": lambda world: {"code": world.school.code},
    "organizations:register_marked": lambda world: {"key": "unknown"},
    "organizations:move": lambda world: {"pk": world.membership.pk},
    "organizations:substitute": lambda world: {"pk": world.membership.pk},
    "organizations:block": lambda world: {"pk": world.membership.pk},
    "organizations:unblock": lambda world: {"pk": world.membership.pk},
    "organizations:revoke": lambda world: {"pk": world.invitation.pk},
    "organizations:join": lambda world: {"secret": world.secret},
    "organizations:act_for": lambda world: {"pk": world.substitution.pk},
    "organizations:end_substitution": lambda world: {"pk": world.substitution.pk},
    "organizations:document": lambda world: {"pk": world.document.pk},
    "organizations:document_accept": lambda world: {"pk": world.document.pk},
    "organizations:document_return": lambda world: {"pk": world.document.pk},
    "organizations:document_version": lambda world: {
        "pk": world.document.pk,
        "number": world.version.number,
    },
    "organizations:run": lambda world: {"pk": world.run.pk},
    "organizations:run_cancel": lambda world: {"pk": world.run.pk},
    "organizations:run_repeat": lambda world: {"pk": world.run.pk},
    "roadmaps:roadmap": lambda world: {"pk": world.roadmap.pk},
    "procedures:protocol": lambda world: {"pk": world.protocol.pk},
    "procedures:protocol_file": lambda world: {"pk": world.protocol.pk},
    "procedures:protocol_marked": lambda world: {"pk": world.protocol.pk},
    "procedures:protocol_restore": lambda world: {"pk": world.protocol.pk},
    "procedures:work": lambda world: {"code": world.work.code},
    "procedures:form": lambda world: {"code": world.work.code},
    "procedures:upload": lambda world: {"code": world.work.code},
    "reports:report": lambda world: {"pk": world.report.pk},
    "reports:download": lambda world: {"pk": world.report.pk, "form": "docx"},
}
