"""Telling people: those whom a thing concerns get one notice of it each, and read it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from organizations.access import GRANTS, Permission, Role, Viewer
from organizations.errors import NotAllowed
from organizations.models import (
    NOTICE_KINDS,
    TREE,
    Membership,
    Notice,
    Organization,
    Substitution,
    Urgency,
)

LONGEST_SUBJECT = 200
ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class Wanted:
    """One thing to tell the people of an organization.

    All of them, or only who holds the permission, or only the one person. `key` names the duty:
    a person hears of it once however often it is wanted. The urgency is the kind's own unless
    another is given.
    """

    organization_id: int
    kind: str
    subject: str
    url: str
    key: str
    text: str = ""
    permission: Permission | None = None
    user_id: int | None = None
    urgency: Urgency | None = None

    def __post_init__(self) -> None:
        if self.kind not in NOTICE_KINDS:
            raise ValueError(f"no such kind of notice: {self.kind!r}; add it to NOTICE_KINDS")

    def concerns(self, member: "Member") -> bool:
        held = self.permission is None or self.permission in GRANTS[member.role]
        return held and self.user_id in (None, member.user_id)


@dataclass(frozen=True)
class Member:
    """Somebody who acts for an organization today: in their own place or in another's."""

    user_id: int
    email: str
    role: Role
    organization_id: int


def notify(
    organization: Organization,
    *,
    kind: str,
    subject: str,
    url: str,
    key: str,
    text: str = "",
    permission: Permission | None = None,
    user_id: int | None = None,
    urgency: Urgency | None = None,
) -> int:
    """Tell the people of one organization; gives how many were told. Three queries."""
    one = Wanted(organization.pk, kind, subject, url, key, text, permission, user_id, urgency)
    return notify_many([one])


def notify_many(wanted: Iterable[Wanted]) -> int:
    """Tell all that is wanted; gives how many notices are new. Three queries for 2000 of them."""
    wanted = list(wanted)
    members = members_of({one.organization_id for one in wanted})
    rows = {
        (member.user_id, one.key): _row(one, member)
        for one in wanted
        for member in members.get(one.organization_id, ())
        if one.concerns(member)
    }
    for told in _told(rows):
        rows.pop(told, None)
    Notice.objects.bulk_create(rows.values(), ROWS_AT_ONCE, ignore_conflicts=True)
    return len(rows)


def members_with(organizations: Collection[int], permission: Permission) -> dict[int, list[Member]]:
    """Organization → who of its people holds the permission today. One query."""
    return {
        place: [member for member in members if permission in GRANTS[member.role]]
        for place, members in members_of(organizations).items()
    }


def members_of(organizations: Collection[int]) -> dict[int, list[Member]]:
    """Organization → who acts for it today, those of the bodies beside it too. One query."""
    asked = set(organizations)
    found: dict[int, list[Member]] = defaultdict(list)
    for user_id, email, role, place, parent, kind in _acting(asked):
        member = Member(user_id, email, Role(role), place)
        served = {place} if kind in TREE or parent is None else {place, parent}
        for organization in served & asked:
            found[organization].append(member)
    return dict(found)


def read(notice: Notice, *, by: Viewer) -> None:
    """Note that a notice was read; a letter still waiting is not sent. Raises NotAllowed."""
    if notice.user_id != by.user_id:
        raise NotAllowed("Это уведомление адресовано не вам.")
    _mark(Notice.objects.filter(pk=notice.pk))


def read_all(*, by: Viewer, up_to: int | None = None) -> int:
    """Note that all one's notices were read, or those up to the newest one that was shown."""
    rows = Notice.objects.visible_to(by)
    return _mark(rows if up_to is None else rows.filter(pk__lte=up_to))


def unread(viewer: Viewer) -> int:
    """How many notices wait to be read. One query."""
    return Notice.objects.visible_to(viewer).unread().count()


def _acting(asked: set[int]) -> QuerySet[Membership, tuple[int, str, str, int, int | None, str]]:
    """Person, address, role, organization with its parent and kind: own places and substitutions.

    Who stands in for somebody is told beside them: either may do the duty.
    """
    own = Membership.objects.current().filter(_at(asked, ""), user__is_active=True)
    others = Substitution.objects.on(timezone.localdate())
    others = others.filter(_at(asked, "membership__"), substitute__is_active=True)
    rows = own.order_by().values_list(
        "user_id", "user__email", "role",
        "organization_id", "organization__parent_id", "organization__kind",
    )  # fmt: skip
    return rows.union(
        others.order_by().values_list(
            "substitute_id", "substitute__email", "membership__role",
            "membership__organization_id", "membership__organization__parent_id",
            "membership__organization__kind",
        )
    )  # fmt: skip


def _at(asked: set[int], way: str) -> Q:
    """Places in these organizations or in the bodies beside them."""
    place = f"{way}organization"
    beside = Q(**{f"{place}__parent__in": asked}) & ~Q(**{f"{place}__kind__in": list(TREE)})
    return Q(**{f"{place}__in": asked}) | beside


def _row(one: Wanted, member: Member) -> Notice:
    urgency = one.urgency or NOTICE_KINDS[one.kind][1]
    has_letter = urgency != Urgency.QUIET and member.email
    return Notice(
        user_id=member.user_id,
        organization_id=member.organization_id,
        kind=one.kind,
        key=one.key,
        subject=_line(one.subject),
        text=one.text,
        url=one.url,
        urgency=urgency,
        mail_state=Notice.Mail.DUE if has_letter else Notice.Mail.NONE,
        # The digest is opened at its hour, a letter of its own at the next look.
        next_try_at=timezone.now() if urgency == Urgency.IMMEDIATE and has_letter else None,
    )


def _line(words: str) -> str:
    """One line that fits: a subject goes into the head of a letter."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _told(rows: Collection[tuple[int, str]]) -> QuerySet[Notice, tuple[int, str]]:
    """Who of these people has already heard of which of these duties."""
    people, keys = {person for person, _ in rows}, {key for _, key in rows}
    told = Notice.objects.filter(user_id__in=people, key__in=keys)
    return told.values_list("user_id", "key")


def _mark(rows: QuerySet[Notice]) -> int:
    waits = When(mail_state=Notice.Mail.DUE, then=Value(Notice.Mail.NONE))
    return rows.filter(read_at=None).update(
        read_at=timezone.now(), mail_state=Case(waits, default=F("mail_state"))
    )
