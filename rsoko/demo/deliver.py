"""What comes in: works, plans, documents and results, each through its real way in."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

from django.conf import settings

from organizations.access import Permission
from organizations.models import DocumentKind, Organization
from organizations.services import documents, submissions
from procedures.exchange.bulk_store import Part
from procedures.exchange.form import write_form
from procedures.exchange.results import results_of
from procedures.exchange.works import read_works
from procedures.models import Work
from procedures.services import imports
from procedures.services.works import import_works
from rsoko.demo.paper_texts import PaperKind
from rsoko.demo.papers import paper
from rsoko.demo.place import Place, Scale
from rsoko.demo.places import schools_of
from rsoko.demo.planting import INDEX
from rsoko.demo.population import results
from rsoko.demo.settle import coordinator_of, deputy_of
from rsoko.demo.works import YEAR, DemoWork, levels_of, skills_of, works

Tell = Callable[[int, int], None]
SEED = 2026
# At the region's scale these schools hand their forms in as files; the rest takes the same COPY
# below the parser.
FORMS_FROM = "reg42_m001"
OWED, OWED_BY = f"ma6-{YEAR}", 7  # one school of so many has not handed this work in

DOCUMENT_KINDS = {
    PaperKind.REGULATION: DocumentKind.PROVISION,
    PaperKind.ASSESSMENT_RULES: DocumentKind.CONTROL_FORMS,
    PaperKind.YEAR_PLAN: DocumentKind.YEAR_PLAN,
    PaperKind.SCHEDULE: DocumentKind.SCHEDULE,
    PaperKind.SUMMARY: DocumentKind.ANALYSIS,
    PaperKind.SELF_STUDY: DocumentKind.SELF_REVIEW,
    PaperKind.OBJECTIVITY_ORDER: DocumentKind.OBJECTIVITY_ORDER,
    PaperKind.DECISION: DocumentKind.DECISION,
}
REMARK = "Нет отметки о принятии педагогическим советом. Добавьте номер протокола и дату."


def bring_works(scale: Scale) -> int:
    """The list of works as `works.json`, read and taken in; returns how many."""
    listed = works(scale)
    for source, chosen in (
        ("описание работы 2026 года", [work for work in listed if not work.invented_scale]),
        ("условная шкала демонстрации", [work for work in listed if work.invented_scale]),
    ):
        import_works(
            read_works(json.dumps([_entry(work) for work in chosen]).encode()),
            by=None,
            source=source,
            held_on={work.spec.code: work.held_on for work in chosen},
        )
    return len(listed)


def _entry(work: DemoWork) -> dict[str, object]:
    spec = work.spec
    borders = list(asdict(spec.borders).values()) if spec.borders else None
    return {"code": spec.code, "subject": spec.subject, "grade": spec.grade, "year": spec.year,
            "tasks": list(spec.tasks), "max_points": list(spec.max_points),
            "mark_borders": borders, "levels": levels_of(spec),
            "skills": skills_of(spec)}  # fmt: skip


def bring_documents(scale: Scale, tell: Tell) -> int:
    """Documents of ВСОКО from every open school: most accepted, some returned, some waiting."""
    schools = [school for school in schools_of(scale) if school.closed_on is None]
    brought = 0
    for done, school in enumerate(schools, start=1):
        row = Organization.objects.select_related("parent").get(code=school.code)
        for kind in itertools.islice(PaperKind, _papers_of(school, scale)):
            _bring_document(row, school, kind)
            brought += 1
        tell(done, len(schools))
    return brought


def _papers_of(school: Place, scale: Scale) -> int:
    """How many documents a school brings: up to six, in the whole region mostly one."""
    few = scale is Scale.REGION and school.parent != FORMS_FROM
    return 1 + school.number % 2 if few else 2 + school.number % 5


def _bring_document(row: Organization, school: Place, kind: PaperKind) -> None:
    brought = paper(school, kind, YEAR)
    document = documents.upload(
        row,
        kind=DOCUMENT_KINDS[kind],
        content=brought.content,
        name=brought.file_name,
        by=deputy_of(row),
        most_bytes=settings.UPLOAD_MOST_BYTES,
        year=YEAR + 1,
    )
    # The school of the printed account has something to mend.
    returned = school.code == "edu420001" and kind is PaperKind.YEAR_PLAN
    fate = 0 if returned else (school.number + len(kind)) % 7
    by, permission = coordinator_of(row), Permission.DOCUMENT_ACCEPT
    if fate == 0:
        submissions.send_back(document, remark=REMARK, by=by, permission=permission)
    elif fate > 1:
        submissions.accept(document, by=by, permission=permission)


def bring_results(scale: Scale, tell: Tell) -> int:
    """Results of every work: forms as real files, and at the region's scale the rest by COPY."""
    rows = {work.code: work for work in Work.objects.all()}
    organizations = {row.code: row for row in Organization.objects.schools()}
    pairs = itertools.product(schools_of(scale), works(scale))
    everyone = [(school, work) for school, work in pairs if not _is_owed(school, work)]
    by_form = [
        (school, work)
        for school, work in everyone
        if scale is Scale.SMALL or (school.parent == FORMS_FROM and work.spec.year == YEAR)
    ]
    total, written = len(everyone), 0
    for done, (school, work) in enumerate(by_form, start=1):
        written += _bring_form(organizations[school.code], rows[work.spec.code], school, work)
        tell(done, total)

    chosen = {(school.code, work.spec.code) for school, work in by_form}
    rest = [pair for pair in everyone if (pair[0].code, pair[1].spec.code) not in chosen]
    if rest:
        parts = _parts(rest, organizations, rows, lambda done: tell(len(by_form) + done, total))
        written += imports.store(parts, name="выгрузка региона", by=None).rows
    return written


def _is_owed(school: Place, work: DemoWork) -> bool:
    """A few schools have not handed in mathematics of grade 6 yet, so that something is missing."""
    planted = (school.code, work.spec.code) in INDEX
    return work.spec.code == OWED and school.number % OWED_BY == 1 and not planted


def _bring_form(school: Organization, row: Work, place: Place, work: DemoWork) -> int:
    pupils = results(place, work.spec, SEED)
    if not len(pupils):
        return 0
    brought = results_of(
        work.spec,
        class_number=pupils.class_number,
        participant=pupils.participant,
        variant=pupils.variant,
        points=pupils.points,
        journal_mark=pupils.journal_mark,
    )
    classes = [int(number) for number in pupils.class_number]
    codes = [int(code) for code in pupils.participant]
    content = write_form(work.spec, school.code, classes, codes, brought)
    outcome = imports.take(
        school, row, content=content, name=f"{work.spec.code}-{school.code}.xlsx", by=None
    )
    if outcome.verdict is not imports.Verdict.ACCEPTED:
        raise ValueError(f"{school.code} {work.spec.code}: {outcome.message}")
    return outcome.rows


def _parts(
    pairs: list[tuple[Place, DemoWork]],
    organizations: dict[str, Organization],
    rows: dict[str, Work],
    tell: Callable[[int], None],
) -> Iterator[Part]:
    for done, (place, work) in enumerate(pairs, start=1):
        pupils = results(place, work.spec, SEED)
        if len(pupils):
            yield Part(organizations[place.code].pk, rows[work.spec.code], pupils)
        tell(done)
