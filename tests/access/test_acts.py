"""Who may do what: every act × every person, written by hand, each tried and undone.

    +  done: rows have changed          =  answered, but no row has changed: a form with its
    x  refused (403)                       faults, or an act on one's own session
    -  does not exist for them (404)    c  contradicts the state of the rows (409)

The acts are on rows of Lake school in North; the people are those of `test_pages`. A school hands
in for itself whatever the form says: there the `+` of Igor is an act on Hill school.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from organizations.exchange.register import TITLES
from organizations.models import DocumentKind, Kind, State
from procedures.models import Protocol
from roadmaps.models import Execution, Meeting, Roadmap
from roadmaps.services.executions import revision
from tests.access.addresses import address
from tests.access.rows import fingerprints, undone
from tests.access.tables import PEOPLE, SIGNS, read
from tests.access.world import World
from tests.factories.documents import pdf
from tests.factories.procedures import a_form

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
    "procedures:schedule_facts": lambda world: {"classes": "5А; 6 6 6 6 6 0", "hours": ""},
    "procedures:schedule_rules": lambda world: {
        "gap_days": "18", "most_percent": "10", "most_a_day": "1", "least_minutes": "30",
        "most_lessons": "2", "source": "Приказ № 1",
    },
    "procedures:schedule_entry_new": _planned,
    "procedures:schedule_entry": _planned,
    "procedures:schedule_move": lambda world: {"day": _day(), "lesson": "4"},
    "procedures:schedule_approve": lambda world: {"number": "8", "signed_on": _day()},
    "monitoring:compute": lambda world: {"work": world.work.code},
    "reports:build": lambda world: {"organization": world.school.code, "year": 2026},
    "reports:build@level": lambda world: {
        "organization": world.school.parent.code, "year": 2026, "level": "school",
    },
}  # fmt: skip


def typed(name: str, world: World) -> Typed:
    return DATA.get(name, lambda world: {})(world)


def make_ready(name: str, world: World) -> None:
    """What a variant is about: the draft is North's own, the run was asked for by Nina."""
    match name.partition("@")[2]:
        case "decided":
            Execution.objects.filter(item__roadmap=world.roadmap).update(state=State.ACCEPTED)
        case "municipal":
            Roadmap.objects.filter(pk=world.draft.pk).update(owner=world.school.parent)
        case "past":
            Meeting.objects.filter(pk=world.meeting.pk).update(starts_at=timezone.now())
        case "matched":
            Roadmap.objects.filter(pk=world.draft.pk).update(above=world.roadmap)
        case "clean":
            Execution.objects.filter(pk=world.execution.pk).update(due_on=None)
            world.execution.evidence.add(world.proof)
        case "ninas":
            world.school.runs.update(requested_by=world.membership.user)


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
    assert world.school.protocols.count() == 2
