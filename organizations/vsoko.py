"""Documents of a school's own quality assessment (ВСОКО): which are expected, how they stand."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from organizations.access import Viewer
from organizations.models import Document, DocumentKind, Event, Organization, State
from organizations.models.document import OF_PLANS, DocumentQuerySet

# What the region watches: the two regulations, the year's plan and schedule, and what came of
# them (the actions on ВСОКО in the regional plan). The other local acts are the school's own.
MONITORED = (
    DocumentKind.PROVISION,
    DocumentKind.CONTROL_FORMS,
    DocumentKind.YEAR_PLAN,
    DocumentKind.SCHEDULE,
    DocumentKind.ANALYSIS,
    DocumentKind.SELF_REVIEW,
)
SCHOOL_KINDS = (
    *MONITORED,
    *(kind for kind in DocumentKind if kind not in (*MONITORED, *OF_PLANS)),
)
# Made anew each school year; every other act holds until the next version replaces it.
YEARLY = frozenset(
    {
        DocumentKind.CYCLE,
        DocumentKind.YEAR_PLAN,
        DocumentKind.SCHEDULE,
        DocumentKind.CONTROL_PLAN,
        DocumentKind.ANALYSIS,
        DocumentKind.DECISION,
        DocumentKind.SELF_REVIEW,
    }
)
LASTING = frozenset(SCHOOL_KINDS) - YEARLY

SEPTEMBER = 9
SHAPES = {State.SENT: "done", State.RETURNED: "returned", State.ACCEPTED: "accepted"}


@dataclass(frozen=True)
class Standing:
    """One kind of document of one school: the document, or that there is none yet."""

    kind: DocumentKind
    document: Document | None

    @property
    def shape(self) -> str:
        return SHAPES[State(self.document.state)] if self.document else "planned"

    @property
    def word(self) -> str:
        return self.document.get_state_display() if self.document else "не загружено"

    @property
    def asks(self) -> bool:
        """Whether somebody must act: accept it, or correct it."""
        return self.document is not None and self.document.state != State.ACCEPTED


@dataclass(frozen=True)
class Counts:
    """How many documents of a territory are in each state, and how many are missing."""

    sent: int
    returned: int
    accepted: int
    missing: int


def year_of(day: datetime.date) -> int:
    """The calendar year in which the school year of this day ends."""
    return day.year + (day.month >= SEPTEMBER)


def year_title(year: int) -> str:
    """«2025/26», as the template filter `school_year` shows it; filters are above the forms."""
    return f"{year - 1}/{year % 100:02}"


def uploaded(viewer: Viewer, year: int) -> DocumentQuerySet:
    """The schools' documents that hold in a school year."""
    rows = Document.objects.visible_to(viewer).of_schools().filter(_holding_in(year))
    return rows.exclude(state=State.DRAFT)


def versioned(documents: QuerySet[Document]) -> QuerySet[Document]:
    """The documents, each with the number of its newest `version`."""
    return documents.annotate(version=Max("versions__number"))


def _holding_in(year: int, prefix: str = "") -> Q:
    """Of this school year, or of a kind that needs no year."""
    return Q(**{f"{prefix}year": year}) | Q(**{f"{prefix}kind__in": list(LASTING)})


def standings(documents: Iterable[Document], kinds: Iterable[DocumentKind]) -> list[Standing]:
    """How each of these kinds stands in one school, given its documents."""
    by_kind = {document.kind: document for document in documents}
    return [Standing(kind, by_kind.get(kind)) for kind in kinds]


def by_school(
    schools: Iterable[Organization], documents: QuerySet[Document]
) -> list[tuple[Organization, list[Standing]]]:
    """Each school with its watched documents; one query."""
    schools = list(schools)
    found: dict[int, list[Document]] = {school.pk: [] for school in schools}
    for document in documents.filter(organization__in=found, kind__in=MONITORED):
        found[document.organization_id].append(document)
    return [(school, standings(found[school.pk], MONITORED)) for school in schools]


def lacking(schools: QuerySet[Organization], year: int) -> QuerySet[Organization]:
    """The schools that have not uploaded all watched documents of the year."""
    there = Q(documents__kind__in=MONITORED) & _holding_in(year, "documents__")
    there &= Q(documents__state__in=list(SHAPES))
    uploaded_kinds = Count("documents__kind", filter=there, distinct=True)
    return schools.annotate(uploaded_kinds=uploaded_kinds).filter(uploaded_kinds__lt=len(MONITORED))


def counts(schools: QuerySet[Organization], documents: QuerySet[Document]) -> Counts:
    """Documents of these schools by state, and the watched ones not uploaded; three queries."""
    documents = documents.filter(organization__in=schools.values("pk")).order_by()
    states = dict(documents.values_list("state").annotate(Count("pk")))
    watched = documents.filter(kind__in=MONITORED).values("organization", "kind").distinct()
    return Counts(
        sent=states.get(State.SENT, 0),
        returned=states.get(State.RETURNED, 0),
        accepted=states.get(State.ACCEPTED, 0),
        missing=schools.count() * len(MONITORED) - watched.count(),
    )


def history(document: Document) -> QuerySet[Event]:
    """What was done with a document, for those who see it; the newest act first."""
    return Event.objects.about(document)
