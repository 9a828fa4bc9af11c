"""Organizations and people of the demonstration, through the register and the invitations."""

import csv
import io
from collections.abc import Iterator
from functools import cache

from django.utils import timezone

from organizations.access import Role, Viewer
from organizations.exchange.register import TITLES
from organizations.models import Kind, Membership, Organization, Profile, Succession, User
from organizations.queries import viewer_of
from organizations.services import hierarchy, members, register
from rsoko.demo.bodies import ROOT
from rsoko.demo.place import Change, ChangeKind, Place, PlaceKind, Scale, SchoolType
from rsoko.demo.places import history, region

PASSWORD = "rsoko-demo"  # noqa: S105 - printed on the screen; the demonstration binds to loopback only
ADMINISTRATOR = "admin"

BODY_KINDS = {
    "ministry": Kind.MINISTRY,
    "kcmko": Kind.CENTRE,
    "kripkipro": Kind.INSTITUTE,
    "krirpo": Kind.VOCATIONAL_INSTITUTE,
    "ocpprik": Kind.PSYCHOLOGICAL_CENTRE,
    "kcdo": Kind.SUPPLEMENTARY_CENTRE,
    "sirius": Kind.TALENT_CENTRE,
}
KINDS = {
    PlaceKind.REGION: Kind.REGION,
    PlaceKind.MUNICIPALITY: Kind.MUNICIPALITY,
    PlaceKind.SCHOOL: Kind.SCHOOL,
    PlaceKind.COLLEGE: Kind.COLLEGE,
    PlaceKind.KINDERGARTEN: Kind.KINDERGARTEN,
    PlaceKind.SUPPLEMENTARY: Kind.SUPPLEMENTARY,
}
PROFILES = {
    SchoolType.SECONDARY: Profile.ORDINARY,
    SchoolType.BASIC: Profile.BASIC,
    SchoolType.LYCEUM: Profile.LYCEUM,
    SchoolType.GYMNASIUM: Profile.GYMNASIUM,
}
PUBLIC_BODY = Place(
    code="public",
    kind=PlaceKind.BODY,
    name="Общественный совет по оценке качества образования",
    short_name="Общественный совет",
    parent=ROOT.code,
    functions=("наблюдает за процедурами", "обсуждает показатели"),
)
# login → organization, role, position
PEOPLE = {
    "ministry": ("ministry", Role.MINISTRY, "отдел оценки качества"),
    "centre": ("kcmko", Role.OPERATOR, "оператор"),
    "institute": ("kripkipro", Role.METHODOLOGIST, "методист"),
    "coordinator": ("reg42_m001", Role.COORDINATOR, "муниципальный координатор"),
    "coordinator2": ("reg42_m002", Role.COORDINATOR, "муниципальный координатор"),
    "school": ("edu420001", Role.DEPUTY, "заместитель директора"),
    "school2": ("edu420101", Role.DEPUTY, "заместитель директора"),
    "expert": ("kripkipro", Role.EXPERT, "эксперт"),
    "observer": ("public", Role.OBSERVER, "общественный наблюдатель"),
}


def load_places(scale: Scale) -> int:
    """Register every place of the scale; returns how many."""
    former = {change.code: change for change in history(scale) if _applies(change)}
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(TITLES.values())
    for line in _lines(scale, former):
        writer.writerow([line.get(name, "") for name in TITLES])
    loaded = register.load(out.getvalue().encode(), "register.csv", by=None, trusted=True)
    return loaded.rows


def _lines(scale: Scale, former: dict[str, Change]) -> Iterator[dict[str, str]]:
    for place in (*region(scale), PUBLIC_BODY):
        line = _line(place)
        if change := former.get(place.code):
            line["name"] = change.former_name or line["name"]
            line["short_name"] = change.former_name or line["short_name"]
            line["oktmo"] = change.former_oktmo or line["oktmo"]
        yield line
        if place.kind is PlaceKind.MUNICIPALITY:
            yield from _municipal_bodies(place)


def _line(place: Place) -> dict[str, str]:
    kind = BODY_KINDS.get(place.code, Kind.PUBLIC_BODY)
    school = place.kind is PlaceKind.SCHOOL
    return {
        "code": place.code,
        "name": place.name,
        "short_name": place.short_name,
        "kind": KINDS.get(place.kind, kind).label,
        "parent": place.parent or "",
        "profile": PROFILES[place.school_type].label if place.school_type else "",
        "is_rural": "да" if place.rural else "нет",
        "oktmo": place.oktmo or "",
        "fis_login": place.code if school else "",
        "site": place.site,
        "functions": "; ".join(place.functions),
    }


def _municipal_bodies(town: Place) -> Iterator[dict[str, str]]:
    for prefix, name, kind in (
        ("mouo", town.authority, Kind.MOUO),
        ("mms", town.methodical_service, Kind.MMS),
    ):
        if name:
            code = town.code.replace("reg42", prefix)
            yield {"code": code, "name": name, "short_name": name, "kind": kind.label,
                   "parent": town.code}  # fmt: skip


def appoint_people() -> None:
    """The administrator by hand, as on any new installation; all others by invitation."""
    root = Organization.objects.get(code=ROOT.code)
    members.appoint_administrator(root, username=ADMINISTRATOR, password=PASSWORD)
    by = acting_as(ADMINISTRATOR)
    for login, (code, role, position) in PEOPLE.items():
        _, secret = members.invite(
            Organization.objects.get(code=code),
            role=role,
            email=f"{login}@rsoko.example",
            position=position,
            by=by,
        )
        members.accept(secret, username=login, password=PASSWORD, first_name="", last_name="")


def appoint_the_rest(scale: Scale) -> int:
    """A coordinator of every municipality and a deputy of every school; they cannot sign in."""
    taken = set(Membership.objects.values_list("organization__code", flat=True))
    places = [
        place
        for place in region(scale)
        if place.kind in {PlaceKind.MUNICIPALITY, PlaceKind.SCHOOL} and place.code not in taken
    ]
    rows = {row.code: row for row in Organization.objects.all()}
    users = User.objects.bulk_create(
        User(username=f"{_role_in(place)}-{place.code}", password="!")  # noqa: S106 - no password
        for place in places
    )
    Membership.objects.bulk_create(
        Membership(
            user=user,
            organization=rows[place.code],
            role=_role_in(place),
            since=timezone.localdate(),
        )
        for user, place in zip(users, places, strict=True)
    )
    return len(users)


def _role_in(place: Place) -> Role:
    return Role.DEPUTY if place.kind is PlaceKind.SCHOOL else Role.COORDINATOR


def deputy_of(school: Organization) -> Viewer:
    return in_place(school.pk, Role.DEPUTY)


def coordinator_of(school: Organization) -> Viewer:
    return in_place(school.parent_id or 0, Role.COORDINATOR)


@cache
def in_place(organization_id: int, role: Role) -> Viewer:
    membership = Membership.objects.current().get(organization=organization_id, role=role)
    return acting_as(membership.user.username)


def acting_as(login: str) -> Viewer:
    """The viewer behind a demonstration account."""
    viewer = viewer_of(User.objects.get(username=login))
    if viewer is None:
        raise LookupError(f"{login} has no place")
    return viewer


def change_places(scale: Scale) -> None:
    """What happened to the places: renamings, new status, mergers; as far as the day is known."""
    by = acting_as(ADMINISTRATOR)
    places = {place.code: place for place in region(scale)}
    for change in sorted(filter(_applies, history(scale)), key=lambda change: str(change.on)):
        row = Organization.objects.get(code=change.code)
        if change.on is None:
            continue
        if change.kind is ChangeKind.MERGED and change.into:
            hierarchy.succeed(
                row,
                Organization.objects.get(code=change.into),
                kind=Succession.Kind.MERGED,
                on=change.on,
                by=by,
                basis=change.basis,
            )
        else:
            hierarchy.change(
                row,
                since=change.on,
                by=by,
                name=places[change.code].name,
                short_name=places[change.code].short_name,
                oktmo=places[change.code].oktmo or "",
                basis=change.basis,
            )


def _applies(change: Change) -> bool:
    """Only what has a day and an act behind it is written down as a fact."""
    return change.on is not None and change.kind is not ChangeKind.UNCONFIRMED
