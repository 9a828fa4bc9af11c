"""Who may do what: every act × every person, written by hand, each tried and undone.

    +  done: rows have changed          =  answered, but no row has changed: a form with its
    x  refused (403)                       faults, or an act on one's own session
    -  does not exist for them (404)    c  contradicts the state of the rows (409)

The acts are on rows of Lake school in North; the people are those of `test_pages`. A school hands
in for itself whatever the form says: there the `+` of Igor is an act on Hill school.
"""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from monitoring.forms import MethodForm
from monitoring.models import Campaign, CaseDecision
from monitoring.queries.settings import thresholds_of
from monitoring.services import decisions, rechecks
from monitoring.stats.settings import SOURCES, Settings
from organizations.access import Viewer
from organizations.exchange.register import TITLES
from organizations.models import DocumentKind, Kind, State, User
from organizations.queries import viewer_of
from procedures.checklists import CHECKLISTS, CURRENT
from procedures.exchange.tables import written
from procedures.models import Draw, Protocol, Registration, Reopening, Result, Work
from procedures.tables import OLYMPIADS
from roadmaps.models import Execution, Meeting, Roadmap
from roadmaps.services.executions import revision
from tests.access.addresses import address
from tests.access.rows import fingerprints, undone
from tests.access.tables import PEOPLE, SIGNS, read
from tests.access.world import HILL, PARTICIPANTS, USUAL_PARTICIPANT, World
from tests.factories.documents import pdf
from tests.factories.procedures import ProtocolFactory, a_form

ACTS = read("""
                                 vera boris inna oleg svetlana nina igor elena pavel anton rita zoya
organizations:close               +    x    x    x    -    x    -    x    x    +    -    x
organizations:change              +    x    x    x    -    x    -    x    x    +    -    x
organizations:succeed             +    x    x    x    -    x    -    x    x    +    -    x
organizations:register            x    +    x    x    x    x    x    x    x    +    x    x

organizations:invite              x    x    x    +    =    x    x    x    x    +    x    x
organizations:revoke              x    x    x    +    -    x    -    x    x    +    -    x
organizations:move                x    x    x    +    -    x    -    x    x    +    -    x
organizations:block               x    x    x    +    -    x    -    x    x    +    -    x
organizations:unblock             x    x    x    +    -    x    -    x    x    +    -    x
organizations:substitute          x    x    x    +    -    x    -    x    x    +    -    x
organizations:end_substitution    x    x    x    +    -    x    -    x    x    +    -    x
organizations:appoint             =    =    =    =    =    +    =    =    =    =    =    x
organizations:act_for             -    -    -    -    -    =    -    -    -    -    -    x
organizations:act_as_myself       =    =    =    =    =    =    =    =    =    =    =    x
organizations:issue_token         +    +    +    +    +    +    +    x    x    +    +    x
organizations:revoke_token        -    -    -    -    -    +    -    -    -    -    -    x

organizations:notice_read         -    -    -    -    -    +    -    -    -    -    -    x
organizations:notices_read        =    =    =    =    =    +    =    =    =    =    =    x

organizations:document_upload     x    x    x    x    x    +    +    x    x    x    x    x
organizations:document_accept     x    x    x    +    -    x    -    -    -    -    -    x
organizations:document_return     x    x    x    +    -    x    -    -    -    -    -    x

organizations:run_cancel          +    +    x    +    -    x    -    -    -    +    -    x
organizations:run_cancel@ninas    +    +    x    +    -    +    -    -    -    +    -    x
organizations:run_repeat          +    +    x    +    -    x    -    -    -    +    -    x
organizations:run_repeat@ninas    +    +    x    +    -    +    -    -    -    +    -    x

roadmaps:calendar_subscribe       +    +    +    +    +    +    +    +    +    +    +    x
roadmaps:calendar_cancel          =    =    =    =    =    +    =    =    =    =    =    x

roadmaps:import                   =    =    =    =    =    +    =    x    x    x    =    x
roadmaps:new                      =    =    =    =    =    +    =    x    x    x    =    x
roadmaps:edit                     +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:next_version             +    +    +    +    -    x    -    x    x    x    -    x
roadmaps:next_year                +    +    +    +    -    x    -    x    x    x    -    x
roadmaps:close                    =    =    =    =    -    x    -    x    x    x    -    x
roadmaps:close@decided            +    +    +    +    -    x    -    x    x    x    -    x
roadmaps:library_take             c    c    c    +    -    +    -    -    -    -    -    x
roadmaps:keep                     +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:standard_new             +    +    +    +    +    +    +    x    x    x    +    x
roadmaps:standard                 -    -    -    +    -    -    -    x    x    x    -    x
roadmaps:standard_delete          -    -    -    +    -    -    -    x    x    x    -    x
roadmaps:import@municipal         +    +    +    +    =    =    =    x    x    x    =    x
roadmaps:approve                  +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:approve@municipal        +    +    +    +    -    -    -    -    -    -    -    x
roadmaps:delete                   +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:adopt                    x    x    x    x    -    +    -    x    x    x    -    x
roadmaps:match                    +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:links@matched            +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:omit@matched             +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:take@matched             +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:cohort_new               +    +    +    +    =    x    x    x    x    x    =    x
roadmaps:cohort                   +    +    +    +    -    -    -    x    x    x    -    x
roadmaps:cohort_delete            +    +    +    +    -    -    -    x    x    x    -    x
roadmaps:report                   x    x    x    x    -    +    -    x    x    x    -    x
roadmaps:start                    x    x    x    x    -    +    -    -    -    -    -    x
roadmaps:tell                     x    x    x    x    -    +    -    -    -    -    -    x
roadmaps:entrust                  x    x    x    x    -    +    -    -    -    -    -    x
roadmaps:proof_remove             x    x    x    x    -    +    -    -    -    -    -    x
roadmaps:proof_version            x    x    x    x    -    +    -    -    -    -    -    x
roadmaps:accept                   +    x    x    +    -    c    -    -    -    -    -    x
roadmaps:return                   +    x    x    +    -    c    -    -    -    -    -    x
roadmaps:move                     +    x    x    +    -    c    -    -    -    -    -    x
roadmaps:postpone                 +    x    x    +    -    c    -    -    -    -    -    x
roadmaps:accept_all@clean         c    x    x    +    =    x    x    x    x    x    =    x
roadmaps:pass_on                  c    c    c    +    -    c    -    x    x    x    -    x
roadmaps:pass_on@people           c    c    c    c    -    +    -    x    x    x    -    x
roadmaps:acknowledge              x    x    x    x    -    +    -    -    -    -    -    x
roadmaps:meeting_new              +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:meeting_change           x    x    x    +    -    x    -    x    x    x    -    x
roadmaps:meeting_invite           x    x    x    +    -    x    -    x    x    x    -    x
roadmaps:meeting_register         x    x    x    x    -    +    -    x    x    x    -    x
roadmaps:meeting_attendance       x    x    x    c    -    x    -    x    x    x    -    x
roadmaps:meeting_attendance@past  x    x    x    +    -    x    -    x    x    x    -    x
roadmaps:meeting_hold             x    x    x    c    -    x    -    x    x    x    -    x
roadmaps:meeting_hold@past        x    x    x    +    -    x    -    x    x    x    -    x
roadmaps:meeting_cancel           x    x    x    +    -    x    -    x    x    x    -    x
roadmaps:meeting_material         x    x    x    +    -    x    -    x    x    x    -    x

procedures:upload                 x    +    x    +    =    +    +    x    x    x    x    x
procedures:protocol_restore       x    +    -    +    -    +    -    -    -    -    -    x
procedures:procedure_new          x    +    x    x    x    x    x    x    x    x    x    x
procedures:procedure_edit         x    +    x    x    x    x    x    x    x    x    x    x
procedures:scale                  x    =    x    x    x    x    x    x    x    x    x    x
procedures:scale@shown            x    +    x    x    x    x    x    x    x    x    x    x
procedures:conversion             x    +    x    x    x    x    x    x    x    x    x    x
procedures:tasks                  x    +    x    x    x    x    x    x    x    x    x    x
procedures:table_upload           x    =    x    =    =    x    x    x    x    x    x    x
procedures:table_upload@seen      x    +    x    +    c    x    x    x    x    x    x    x

monitoring:journal                x    x    x    x    x    =    =    x    x    x    x    x
procedures:schedule_start         +    +    x    +    +    c    +    x    x    x    +    x
procedures:schedule_facts         x    x    x    x    x    +    +    x    x    x    x    x
procedures:schedule_rules         x    +    x    x    x    x    x    x    x    x    x    x
procedures:schedule_entry_new     x    x    x    x    -    +    -    -    -    -    -    x
procedures:schedule_entry         x    x    x    x    -    +    -    -    -    -    -    x
procedures:schedule_move          x    x    x    x    -    +    -    -    -    -    -    x
procedures:schedule_delete        x    x    x    x    -    +    -    -    -    -    -    x
procedures:schedule_approve       x    x    x    x    -    +    -    -    -    -    -    x
procedures:schedule_discard       x    x    x    x    -    +    -    -    -    -    -    x
procedures:schedule_remind        +    +    x    +    +    x    x    x    x    x    +    x
procedures:protocol_confirm       x    +    -    +    -    +    -    -    -    -    -    x
procedures:protocol_cancel        x    +    -    +    -    +    -    -    -    -    -    x
procedures:due                    x    +    x    x    x    x    x    x    x    x    x    x
procedures:reopen@over            x    +    x    +    -    +    -    x    x    x    -    x
procedures:reopening_grant        x    +    -    +    -    x    -    -    -    -    -    x
procedures:reopening_refuse       x    +    -    +    -    x    -    -    -    -    -    x
procedures:exempt                 x    +    x    +    -    +    -    x    x    x    -    x
procedures:exemption_remove       x    +    -    +    -    +    -    -    -    -    -    x

procedures:holding_registration   x    +    x    +    -    +    -    x    x    x    -    x
procedures:holding_draws          x    +    x    +    +    x    x    x    x    x    x    x
procedures:holding_draw_publish   x    c    x    c    -    x    -    x    x    x    -    x
procedures:holding_draw_publish@unpublished  x  +  x  +  -  -  -  x    x    x    -    x
procedures:holding_candidates     x    +    x    +    =    +    =    x    x    x    x    x
procedures:holding_candidate      x    +    x    +    -    +    -    x    x    x    -    x
procedures:holding_propose        x    c    x    c    c    x    x    x    x    x    x    x
procedures:holding_propose@registered  x  +  x   +    c    x    x    x    x    x    x    x
procedures:holding_replace        x    +    x    +    -    -    -    x    x    x    -    x
procedures:holding_approve        x    +    x    +    -    -    -    x    x    x    -    x
procedures:holding_observe        x    +    x    +    -    +    -    x    x    x    -    x
procedures:holding_observation_read  x  +  -    +    -    x    -    -    -    -    -    x

monitoring:markers_upload         x    =    x    x    x    x    x    x    x    x    x    x
monitoring:markers_upload@kept    x    +    x    x    x    x    x    x    x    x    x    x
monitoring:case_open@counted      +    +    x    x    x    x    x    x    x    x    =    x
monitoring:case_answer            x    x    -    x    -    +    -    -    -    -    -    x
monitoring:case_file_remove       -    -    -    -    -    +    -    -    -    -    -    x
monitoring:case_recheck           +    +    -    x    -    x    -    -    -    -    -    x
monitoring:case_recheck_enter     c    c    -    x    -    x    -    -    -    -    -    x
monitoring:case_recheck_enter@drawn  +  +   -    x    -    x    -    -    -    -    -    x
monitoring:case_decide            +    +    -    x    -    x    -    -    -    -    -    x
monitoring:case_decide@appealed   +    x    -    x    -    x    -    -    -    -    -    x
monitoring:case_appeal            x    x    -    x    -    =    -    -    -    -    -    x
monitoring:case_appeal@ruled      x    x    -    x    -    +    -    -    -    -    -    x
monitoring:group_new              +    +    x    +    =    x    x    x    x    x    =    x
monitoring:method_copy            =    =    x    x    x    x    x    x    x    x    +    x
monitoring:method_change          +    +    x    x    x    x    x    x    x    x    -    x
monitoring:method_try             +    +    x    x    x    x    x    x    x    x    -    x
monitoring:method_publish         +    +    x    x    x    x    x    x    x    x    -    x
monitoring:method_discard         +    +    x    x    x    x    x    x    x    x    -    x
monitoring:campaign_announce      x    c    x    x    x    x    x    x    x    x    x    x
monitoring:campaign_announce@unannounced  x  +  x  x  x  x    x    x    x    x    x    x
monitoring:campaign_remind        x    +    -    x    x    x    x    -    -    -    -    x
monitoring:compute                +    +    x    +    +    x    x    x    x    x    +    x
reports:build                     +    +    x    +    -    +    -    x    x    x    -    x
reports:build@level               +    +    x    +    -    -    -    x    x    x    -    x
""")

PLAN = Path(__file__).parent.parent / "roadmaps" / "plans" / "district.txt"
NEW_NAME = "Школа у озера"
Typed = dict[str, object]


def _day() -> str:
    return timezone.localdate().isoformat()


def _register(world: World) -> Typed:
    head = ";".join(TITLES[name] for name in ("code", "name", "short_name", "kind", "parent"))
    school = world.school
    kind = Kind(school.kind).label
    row = f"{school.code};{NEW_NAME};{NEW_NAME};{kind};{school.parent.code}"
    return {"file": SimpleUploadedFile("реестр.csv", f"{head}\n{row}\n".encode())}


def _journal_marks(world: World) -> Typed:
    codes = (USUAL_PARTICIPANT, PARTICIPANTS[HILL])
    rows = "Код участника;Отметка по журналу\n" + "".join(f"{code};4\n" for code in codes)
    return {"file": SimpleUploadedFile("журнал.csv", rows.encode())}


def _gathered(world: World) -> Typed:
    """Each adds a school of their own territory to what is proposed."""
    return {"title": "Группа", "purpose": "roadmap", "added": world.school.code, "reason": "Так."}


def _thresholds() -> Typed:
    form = MethodForm.typed(thresholds_of(Settings()), SOURCES, "Строже.")
    return {**form, "red_q": "0,04"}


def _markers(world: World) -> SimpleUploadedFile:
    head = "Год;Логин;Муниципалитет;ОО;4 РУ;4 МА;5 РУ;5 МА;Количество маркеров"
    rows = f"{head}\n2026;{world.school.code};;;1;0;0;0;1\n"
    return SimpleUploadedFile("список.csv", rows.encode())


def _plan_of(owner: int) -> Typed:
    return {"owner": owner, "text": PLAN.read_text()}


def _group(world: World) -> Typed:
    return {"title": "Группа", "basis": "", "members": world.school.code}


def _place(world: World) -> Typed:
    return {"organization": world.school.pk, "role": "deputy", "position": ""}


def _standing_in(world: World) -> Typed:
    return {"substitute": world.colleague.pk, "since": _day(), "until": _day()}


def _read(world: World) -> Typed:
    return {"version": world.version.number, "remark": "Добавьте дату."}


def _decision(world: World) -> Typed:
    return {"read": revision(world.execution), "remark": "Приложите протокол."}


def _form(world: World) -> Typed:
    content = a_form(world.work, world.school)
    return {
        "organization": world.school.code,
        "file": SimpleUploadedFile("форма.xlsx", content),
    }


def _paper(world: World) -> Typed:
    file = SimpleUploadedFile("положение.pdf", pdf("Новая редакция"))
    return {"kind": DocumentKind.PROVISION.value, "year": timezone.localdate().year, "file": file}


def _event(world: World) -> Typed:
    return {
        "kind": "seminar", "title": "Семинар", "day": _day(), "time": "10:00",
        "until_time": "", "until_day": "", "place": "актовый зал", "link": "", "audience": "",
    }  # fmt: skip


def _planned(world: World) -> Typed:
    return {
        "title": "Контрольная", "subject": "Физика", "place": "7:", "day": _day(), "lesson": "3",
        "lessons": "1", "minutes": "45", "whole_class": "on",
    }  # fmt: skip


def _came(world: World) -> Typed:
    return {f"came-{world.participation.pk}": "4"}


def _in_catalogue() -> Typed:
    return {
        "title": "Городские диагностические работы", "short_title": "Городские работы",
        "kind": "assessment", "level": "municipal", "directions": [], "basis": "Приказ № 1",
    }  # fmt: skip


def _database(world: World) -> bytes:
    values = {"stage": "региональный", "subject": "Химия", "participants": 3, "winners": 1,
              "prizes": 1}  # fmt: skip
    return written(OLYMPIADS, [(world.school.code, "", 2026, values)])


def _ruling(read: str) -> Typed:
    return {"outcome": "watched", "motivation": "Понаблюдаем год.", "read": read}


def _borders() -> Typed:
    return {"three": 2, "four": 4, "five": 6, "source": "Приказ № 1"}


DATA: dict[str, Callable[[World], Typed]] = {
    "organizations:close": lambda world: {"on": _day()},
    "organizations:change": lambda world: {
        "name": NEW_NAME, "short_name": NEW_NAME, "oktmo": "", "parent": world.school.parent_id,
        "since": "2025-01-01", "basis": "Приказ № 1",
    },
    "organizations:succeed": lambda world: {
        "kind": "merged", "successor": world.school.parent.children.get(code="edu420002").pk,
        "on": _day(), "basis": "Приказ № 1",
    },
    "organizations:register": _register,
    "organizations:invite": lambda world: _place(world) | {"email": "other@example.org"},
    "organizations:move": lambda world: _place(world) | {"position": "Учитель"},
    "organizations:substitute": _standing_in,
    "organizations:appoint": _standing_in,
    "organizations:issue_token": lambda world: {"name": "Выгрузка", "days": 30, "scope": "read"},
    "organizations:revoke_token": lambda world: {"token": world.token.digest},
    "organizations:document_upload": _paper,
    "organizations:document_accept": _read,
    "organizations:document_return": _read,
    "roadmaps:import": lambda world: _plan_of(world.school.pk),
    "roadmaps:new": lambda world: {"owner": world.school.pk, "title": "Новый план"},
    "roadmaps:edit": lambda world: {"act": "over", "title": "Новое название"},
    "roadmaps:close": lambda world: {"summary": "Итоги."},
    "roadmaps:close@decided": lambda world: {"summary": "Итоги."},
    "roadmaps:library_take": lambda world: {"standard": world.standard.pk},
    "roadmaps:standard_new": lambda world: {"title": "Новый пункт"},
    "roadmaps:standard": lambda world: {"title": "Другой пункт"},
    "roadmaps:import@municipal": lambda world: _plan_of(world.school.parent_id),
    "roadmaps:match": lambda world: {"upper": world.roadmap.pk},
    "roadmaps:links@matched": lambda world: {
        f"above-{world.item.pk}": world.draft.items.get().pk,
    },
    "roadmaps:omit@matched": lambda world: {"ground": "own", "text": "Делает муниципалитет."},
    "roadmaps:cohort_new": _group,
    "roadmaps:cohort": _group,
    "roadmaps:report": lambda world: {"text": "Провели совещание."},
    "roadmaps:tell": lambda world: {"note": "Провели первый семинар."},
    "roadmaps:entrust": lambda world: {"holder": world.membership.user_id},
    "roadmaps:proof_version": lambda world: {"file": SimpleUploadedFile("п.pdf", pdf("Новый"))},
    "roadmaps:move": lambda world: {"to": "accepted", "read": revision(world.execution)},
    "roadmaps:postpone": lambda world: {"until": "2030-01-01", "ground": "Карантин."},
    "roadmaps:accept_all@clean": lambda world: {
        "report": f"{world.execution.pk}@{revision(world.execution)}"
    },
    "roadmaps:accept": _decision,
    "roadmaps:return": _decision,
    "roadmaps:pass_on": lambda world: {"circle": "all"},
    "roadmaps:pass_on@people": lambda world: {"people": [world.colleague.pk]},
    "roadmaps:meeting_new": _event,
    "roadmaps:meeting_change": _event,
    "roadmaps:meeting_invite": lambda world: {"circle": "schools"},
    "roadmaps:meeting_register": lambda world: {"number": "3", "read": ""},
    "roadmaps:meeting_attendance": _came,
    "roadmaps:meeting_attendance@past": _came,
    "roadmaps:meeting_hold": lambda world: {"outcome": "Решили."},
    "roadmaps:meeting_hold@past": lambda world: {"outcome": "Решили."},
    "roadmaps:meeting_cancel": lambda world: {"reason": "Карантин."},
    "roadmaps:meeting_material": lambda world: {"title": "Слайды", "link": "https://a.example"},
    "procedures:upload": _form,
    "monitoring:journal": _journal_marks,
    "procedures:schedule_facts": lambda world: {"classes": "5А; 6 6 6 6 6 0", "hours": ""},
    "procedures:schedule_rules": lambda world: {
        "gap_days": "18", "most_percent": "10", "most_a_day": "1", "least_minutes": "30",
        "most_lessons": "2", "source": "Приказ № 1",
    },
    "procedures:schedule_entry_new": _planned,
    "procedures:schedule_entry": _planned,
    "procedures:schedule_move": lambda world: {"day": _day(), "lesson": "4"},
    "procedures:schedule_approve": lambda world: {"number": "8", "signed_on": _day()},
    "procedures:procedure_new": lambda world: _in_catalogue() | {"code": "city-works"},
    "procedures:procedure_edit": lambda world: _in_catalogue() | {"read": 1},
    "procedures:scale": lambda world: _borders(),
    "procedures:scale@shown": lambda world: _borders() | {"write": "1"},
    "procedures:conversion": lambda world: {
        "points": "0 10 20 30 40 50 60 70 80", "threshold": 30, "source": "Приказ № 1",
    },
    "procedures:tasks": lambda world: {"level-0": "Б"},
    "procedures:table_upload": lambda world: {
        "file": SimpleUploadedFile("форма.xlsx", _database(world)),
    },
    "procedures:table_upload@seen": lambda world: {"key": "seen"},
    "procedures:due": lambda world: {"due_on": _day()},
    "procedures:reopen@over": lambda world: {
        "organization": world.school.code, "reason": "Карантин.",
    },
    "procedures:reopening_grant": lambda world: {"until": _day()},
    "procedures:reopening_refuse": lambda world: {"reason": "Данные уже отправлены."},
    "procedures:exempt": lambda world: {
        "organization": world.school.code, "reason": "Жребий.", "class_number": 9,
    },
    "procedures:holding_registration": lambda world: {
        "held_on": "2026-04-20", "rooms": "2", "classes": "4А 25\n4Б 20",
    },
    "procedures:holding_candidates": lambda world: {
        "kind": "checker", "organization": world.school.code, "post": "учитель физики",
        "login": "", "interests": "", "most": "1",
    },
    "procedures:holding_candidate": lambda world: {
        "post": "учитель химии", "interests": "", "most": "2", "is_active": "on",
    },
    "procedures:holding_propose": lambda world: {"kind": "observer", "each": "school"},
    "procedures:holding_propose@registered": lambda world: {"kind": "observer", "each": "school"},
    "procedures:holding_observe": lambda world: {
        "class_name": "4А", "room": "12", "held_on": _day(), "incidents": "",
        **{one.code: one.expected for one in CHECKLISTS[CURRENT]},
    },
    "procedures:holding_observation_read": lambda world: {"conclusion": "Без замечаний."},
    "procedures:holding_replace": lambda world: {"candidate": "", "reason": "болезнь"},
    "procedures:holding_draws": lambda world: {
        "title": "Контроль", "year": 2027, "size": 1, "traits": [], "seed": 5,
    },
    "monitoring:group_new": _gathered,
    "monitoring:method_change": lambda world: _thresholds(),
    "monitoring:method_publish": lambda world: {"order_number": "7", "order_date": _day()},
    "monitoring:campaign_announce": lambda world: {"year": 2026, "due_on": _day()},
    "monitoring:campaign_announce@unannounced": lambda world: {"year": 2026, "due_on": _day()},
    "monitoring:markers_upload": lambda world: {"file": _markers(world)},
    "monitoring:markers_upload@kept": lambda world: {"key": "kept"},
    "monitoring:case_open@counted": lambda world: {
        "organization": world.school.parent.children.get(code="edu420002").pk, "year": 2026,
        "ground": "Обращение родителей.",
    },
    "monitoring:case_answer": lambda world: {"text": "Тему повторили.", "proposal": "recheck"},
    "monitoring:case_recheck": lambda world: {"work": world.work.code},
    "monitoring:case_recheck_enter@drawn": lambda world: {
        "checked_by": "два эксперта", "work-40001": "4",
    },
    "monitoring:case_decide": lambda world: _ruling("answered"),
    "monitoring:case_decide@appealed": lambda world: _ruling("appealed"),
    "monitoring:case_appeal": lambda world: {"text": "Не согласны."},
    "monitoring:case_appeal@ruled": lambda world: {"text": "Не согласны."},
    "monitoring:compute": lambda world: {"work": world.work.code},
    "reports:build": lambda world: {"organization": world.school.code, "year": 2026},
    "reports:build@level": lambda world: {
        "organization": world.school.parent.code, "year": 2026, "level": "school",
    },
}  # fmt: skip


def typed(name: str, world: World) -> Typed:
    return DATA.get(name, lambda world: {})(world)


def _over(world: World) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Work.objects.filter(pk=world.work.pk).update(due_on=yesterday)
    Reopening.objects.all().delete()


def _decided(world: World) -> None:
    Execution.objects.filter(item__roadmap=world.roadmap).update(state=State.ACCEPTED)


def _municipal(world: World) -> None:
    Roadmap.objects.filter(pk=world.draft.pk).update(owner=world.school.parent)


def _past(world: World) -> None:
    Meeting.objects.filter(pk=world.meeting.pk).update(starts_at=timezone.now())


def _matched(world: World) -> None:
    Roadmap.objects.filter(pk=world.draft.pk).update(above=world.roadmap)


def _clean(world: World) -> None:
    Execution.objects.filter(pk=world.execution.pk).update(due_on=None)
    world.execution.evidence.add(world.proof)


def _seen(world: World) -> None:
    for pk in User.objects.values_list("pk", flat=True):
        key = f"upload:tables:{OLYMPIADS.code}:{pk}:seen"
        cache.set(key, ("форма.xlsx", _database(world)), 60)


def _unannounced(world: World) -> None:
    Campaign.objects.all().delete()


def _kept(world: World) -> None:
    for pk in User.objects.values_list("pk", flat=True):
        cache.set(f"upload:markers:{pk}:kept", ("список.csv", _markers(world).read()), 60)


def _registered(world: World) -> None:
    Registration.objects.filter(pk=world.registration.pk).update(
        state="registered", held_on=timezone.localdate(), rooms=1, reason=""
    )


def _unpublished(world: World) -> None:
    Draw.objects.filter(pk=world.lot.pk).update(published_at=None)


def _ninas(world: World) -> None:
    world.school.runs.update(requested_by=world.membership.user)


def _drawn(world: World) -> None:
    rechecks.order(world.case, work=world.work, by=_viewer("boris"))


def _counted(world: World) -> None:
    """A school without a case has results of the year."""
    school = world.school.parent.children.get(code="edu420002")
    Result.objects.create(
        protocol=ProtocolFactory(organization=school, work=world.work), organization=school,
        work=world.work, class_number=1, variant=1, participant=49001, points=[1, 1, 1, 1],
        score=4, mark=3,
    )  # fmt: skip


def _ruled(world: World) -> None:
    decisions.decide(
        world.case, outcome=CaseDecision.Outcome.WATCHED, motivation="Понаблюдаем.",
        by=_viewer("boris"),
    )  # fmt: skip


def _appealed(world: World) -> None:
    _ruled(world)
    decisions.appeal(world.case, text="Не согласны.", by=_viewer("nina"))


def _viewer(name: str) -> Viewer:
    viewer = viewer_of(User.objects.get(username=name))
    assert viewer
    return viewer


# What a variant is about: the draft is North's own, the run was asked for by Nina.
VARIANTS = {
    "over": _over,
    "decided": _decided,
    "municipal": _municipal,
    "past": _past,
    "matched": _matched,
    "clean": _clean,
    "seen": _seen,
    "kept": _kept,
    "unannounced": _unannounced,
    "registered": _registered,
    "unpublished": _unpublished,
    "ninas": _ninas,
    "drawn": _drawn,
    "ruled": _ruled,
    "counted": _counted,
    "appealed": _appealed,
}


def make_ready(name: str, world: World) -> None:
    """Bring the rows into the state that a name's `@variant` asks for."""
    VARIANTS.get(name.partition("@")[2], lambda world: None)(world)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_by_those_who_may_and_changes_nothing_for_the_others(name, world, clients):
    make_ready(name, world)
    page, before = address(name, world), fingerprints()

    found = {}
    for person, client in clients.items():
        with undone():
            status = client.post(page, typed(name, world)).status_code
            found[person] = sign(status, is_changed=fingerprints() != before)

    assert found == dict(zip(PEOPLE, ACTS[name], strict=True))


def sign(status: int, *, is_changed: bool) -> str:
    """A refusal that has changed something is none: it is shown as it is."""
    if status in (200, 302):
        return "+" if is_changed else "="
    return f"{status} and rows changed" if is_changed else SIGNS.get(status, str(status))


def test_nobody_acts_without_signing_in(world, client):
    before = fingerprints()

    answers = {name: client.post(address(name, world), typed(name, world)) for name in ACTS}

    led = [name for name, one in answers.items() if one.headers.get("Location", "").startswith(
        "/account/login/")]  # fmt: skip
    assert led == list(ACTS)
    assert fingerprints() == before


def test_no_act_is_done_from_another_site(cast, world):
    """A form of another site has the person's cookies, but not the token of ours."""
    outside = Client(enforce_csrf_checks=True)
    statuses = {}
    for name in ACTS:
        outside.force_login(cast.vera)
        statuses[name] = outside.post(address(name, world), typed(name, world)).status_code

    assert statuses == dict.fromkeys(ACTS, 403)


def test_no_act_is_done_by_following_a_link(world, clients):
    """Prefetching browsers and mail scanners follow links; a link may show, never do."""
    before = fingerprints()

    for name in ACTS:
        for person in ("nina", "oleg", "anton"):
            clients[person].get(address(name, world))

    assert fingerprints() == before


def test_a_school_hands_in_for_itself_whatever_the_form_says(cast, world, clients):
    clients["igor"].post(address("procedures:upload", world), typed("procedures:upload", world))

    assert Protocol.objects.filter(organization=cast.hill_school).exists()
    assert world.school.protocols.filter(work=world.work).count() == 2
