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


def _item_for_draft(world: World) -> dict[str, object]:
    return {"pk": world.draft.pk, "item": world.item.pk}


def _cohort(world: World) -> dict[str, object]:
    return {"pk": world.cohort.pk}


def _execution(world: World) -> dict[str, object]:
    return {"pk": world.execution.pk}


def _meeting(world: World) -> dict[str, object]:
    return {"pk": world.meeting.pk}


def _returned(world: World) -> dict[str, object]:
    return {"pk": world.returned.pk}


def _proof(world: World) -> dict[str, object]:
    return {"pk": world.returned.pk, "proof": world.proof.pk}


def _work(world: World) -> dict[str, object]:
    return {"code": world.work.code}


def _federal(world: World) -> dict[str, object]:
    return {"code": world.work.code, "report": "tasks"}


def _of_school(world: World) -> dict[str, object]:
    return {"unit": world.school.code}


def _table(world: World) -> dict[str, object]:
    return {"kind": world.table_row.kind}


def _indicator(world: World) -> dict[str, object]:
    return {"code": world.value.indicator}


def _schedule_draft(world: World) -> dict[str, object]:
    return {"pk": world.schedule_draft.pk}


def _schedule_entry(world: World) -> dict[str, object]:
    return {"pk": world.schedule_entry.pk}


def _school_for_work(world: World) -> dict[str, object]:
    return {"code": world.work.code, "school": world.school.code}


def _observation(world: World) -> dict[str, object]:
    return {"pk": world.observation.pk}


def _staffing(world: World) -> dict[str, object]:
    return {"pk": world.staffing.pk}


def _draw(world: World) -> dict[str, object]:
    return {"pk": world.lot.pk}


def _case(world: World) -> dict[str, object]:
    return {"pk": world.case.pk}


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
    "organizations:notice_read": lambda world: {"pk": world.notice.pk},
    "organizations:run": lambda world: {"pk": world.run.pk},
    "organizations:run_repeat": lambda world: {"pk": world.run.pk},
    "organizations:run_cancel": lambda world: {"pk": world.waiting.pk},
    "roadmaps:roadmap": _plan,
    "roadmaps:roadmap_xlsx": _plan,
    "roadmaps:gantt": _plan,
    "roadmaps:gantt_xlsx": _plan,
    "calendar_feed": lambda world: {"token": world.feed},
    "roadmaps:item": _item,
    "roadmaps:report": _item,
    "roadmaps:approve": _draft,
    "roadmaps:edit": _draft,
    "roadmaps:library_take": _draft,
    "roadmaps:order_file": _plan,
    "roadmaps:versions": _plan,
    "roadmaps:next_version": _plan,
    "roadmaps:next_year": _plan,
    "roadmaps:close": _plan,
    "roadmaps:keep": _item,
    "roadmaps:standard": lambda world: {"pk": world.standard.pk},
    "roadmaps:standard_delete": lambda world: {"pk": world.standard.pk},
    "roadmaps:delete": _draft,
    "roadmaps:accept": _execution,
    "roadmaps:return": _execution,
    "roadmaps:execution": _execution,
    "roadmaps:move": _execution,
    "roadmaps:start": _returned,
    "roadmaps:tell": _returned,
    "roadmaps:entrust": _returned,
    "roadmaps:postpone": _returned,
    "roadmaps:proof_remove": _proof,
    "roadmaps:proof_version": _proof,
    "roadmaps:board": _plan,
    "roadmaps:adopt": _plan,
    "roadmaps:match": _draft,
    "roadmaps:links": _draft,
    "roadmaps:difference": _plan,
    "roadmaps:difference_xlsx": _plan,
    "roadmaps:omit": _item_for_draft,
    "roadmaps:take": _item_for_draft,
    "roadmaps:matrix": _plan,
    "roadmaps:matrix_xlsx": _plan,
    "roadmaps:cohort": _cohort,
    "roadmaps:cohort_delete": _cohort,
    "roadmaps:deliveries": _plan,
    "roadmaps:deliveries_xlsx": _plan,
    "roadmaps:pass_on": _plan,
    "roadmaps:acknowledge": lambda world: {"pk": world.delivery.pk},
    "roadmaps:plan_meetings": _plan,
    "roadmaps:meeting_new": _item,
    "roadmaps:meeting": _meeting,
    "roadmaps:meeting_change": _meeting,
    "roadmaps:meeting_invite": _meeting,
    "roadmaps:meeting_register": _meeting,
    "roadmaps:meeting_attendance": _meeting,
    "roadmaps:meeting_hold": _meeting,
    "roadmaps:meeting_cancel": _meeting,
    "roadmaps:meeting_material": _meeting,
    "roadmaps:meeting_file": lambda world: {
        "pk": world.meeting.pk,
        "document": world.meeting.materials.get().pk,
    },
    "procedures:protocol": _protocol,
    "procedures:protocol_file": _protocol,
    "procedures:protocol_marked": _protocol,
    "procedures:protocol_restore": _protocol,
    "procedures:difference": _protocol,
    "procedures:protocol_confirm": lambda world: {"pk": world.ready.pk},
    "procedures:protocol_cancel": lambda world: {"pk": world.ready.pk},
    "procedures:due": _work,
    "procedures:reopen": _work,
    "procedures:exempt": _work,
    "procedures:reopening_grant": lambda world: {"pk": world.reopening.pk},
    "procedures:reopening_refuse": lambda world: {"pk": world.reopening.pk},
    "procedures:exemption_remove": lambda world: {"pk": world.exemption.pk},
    "procedures:work": _work,
    "procedures:procedure": lambda world: {"code": "vpr"},
    "procedures:procedure_edit": lambda world: {"code": "vpr"},
    "procedures:scale": _work,
    "procedures:conversion": _work,
    "procedures:tasks": _work,
    "procedures:table": _table,
    "procedures:table_xlsx": _table,
    "procedures:table_blank": _table,
    "procedures:table_upload": _table,
    "procedures:table_row": lambda world: {"pk": world.table_row.pk},
    "procedures:table_file": lambda world: {"pk": world.table_row.file_id},
    "procedures:table_marked": lambda world: {"key": "unknown"},
    "procedures:holding_work": _work,
    "procedures:holding_xlsx": _work,
    "procedures:holding_registration": _school_for_work,
    "procedures:holding_propose": _work,
    "procedures:holding_observe": _school_for_work,
    "procedures:holding_observation": _observation,
    "procedures:holding_observation_read": _observation,
    "procedures:holding_candidate": lambda world: {"pk": world.candidate.pk},
    "procedures:holding_staffing": _staffing,
    "procedures:holding_approve": _staffing,
    "procedures:holding_replace": lambda world: {"pk": world.place.pk},
    "reports:holding_order": _staffing,
    "procedures:holding_draw": _draw,
    "procedures:holding_draw_publish": _draw,
    "procedures:form": _work,
    "procedures:received": _work,
    "procedures:upload": _work,
    "procedures:schedule_entry_new": _schedule_draft,
    "procedures:schedule_approve": _schedule_draft,
    "procedures:schedule_discard": _schedule_draft,
    "procedures:schedule_difference": _schedule_draft,
    "procedures:schedule_entry": _schedule_entry,
    "procedures:schedule_move": _schedule_entry,
    "procedures:schedule_delete": _schedule_entry,
    "procedures:schedule_public": _school,
    "monitoring:school": _school,
    "monitoring:journal": _work,
    "monitoring:case": _case,
    "monitoring:case_recheck": _case,
    "monitoring:case_recheck_enter": _case,
    "monitoring:case_decide": _case,
    "monitoring:case_appeal": _case,
    "monitoring:case_answer": lambda world: {"pk": world.case_draft.pk},
    "monitoring:case_file": lambda world: {"pk": world.case.pk, "file": world.case_file.pk},
    "monitoring:case_file_remove": lambda world: {
        "pk": world.case_draft.pk,
        "file": world.draft_file.pk,
    },
    "monitoring:federal_report": _federal,
    "monitoring:federal_report_xlsx": _federal,
    "monitoring:group_xlsx": lambda world: {"pk": world.group.pk},
    "monitoring:method_change": lambda world: {"pk": world.thresholds.pk},
    "monitoring:method_try": lambda world: {"pk": world.thresholds.pk},
    "monitoring:method_publish": lambda world: {"pk": world.thresholds.pk},
    "monitoring:method_discard": lambda world: {"pk": world.thresholds.pk},
    "monitoring:campaign_remind": lambda world: {"pk": world.campaign.pk},
    "reports:journal_note": lambda world: {"year": 2026, "code": world.school.parent.code},
    "monitoring:markers_list": lambda world: {"pk": world.marker.received_id},
    "monitoring:markers_marked": lambda world: {"key": "unknown"},
    "monitoring:indicator": _indicator,
    "monitoring:indicator_xlsx": _indicator,
    "reports:report": lambda world: {"pk": world.report.pk},
    "reports:download": lambda world: {"pk": world.report.pk, "form": "docx"},
    "reports:execution_report": _plan,
    "reports:execution_report_file": _plan,
    "reports:plan_docx": _plan,
    "reports:difference_docx": _plan,
    "reports:matrix_docx": _plan,
    "reports:closing_order": _plan,
    "reports:meeting_order": _meeting,
}

_QUERIES: dict[str, Parts] = {
    "procedures:schedule": lambda world: {"school": world.school.code},
    "procedures:schedule_xlsx": lambda world: {"school": world.school.code},
    "roadmaps:board": lambda world: {"place": world.school.parent.code},
    "monitoring:federal_report": _of_school,
    "monitoring:federal_report_xlsx": _of_school,
    "procedures:form": lambda world: {"organization": world.school.code},
}
