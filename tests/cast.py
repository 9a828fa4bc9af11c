"""The people and places all tests know by name.

Kuzbass in small: one region, municipality North with Lake school and Wood school, municipality
South with Hill school. Vera is of the ministry, Boris of the monitoring centre, Inna of the
institute, Oleg coordinates North and Svetlana South, Nina is deputy at Lake school and Igor at
Hill school, Elena is an expert, Pavel an observer, Anton administers the portal. Zoya is signed
in but has no place; Rita belongs to another region.
"""

import datetime
from dataclasses import dataclass

from organizations.access import Role
from organizations.models import Organization, User
from tests.factories.organizations import MembershipFactory, OrganizationFactory

JUNE = datetime.date(2026, 6, 1)


@dataclass(frozen=True)
class Cast:
    region: Organization
    ministry: Organization
    centre: Organization
    institute: Organization
    public_body: Organization
    north: Organization
    south: Organization
    lake_school: Organization
    wood_school: Organization
    hill_school: Organization
    other_region: Organization
    vera: User
    boris: User
    inna: User
    oleg: User
    svetlana: User
    nina: User
    igor: User
    elena: User
    pavel: User
    anton: User
    rita: User
    zoya: User

    def people(self) -> dict[str, User]:
        names = ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "elena", "pavel",
                 "anton", "rita", "zoya"]  # fmt: skip
        return {name: getattr(self, name) for name in names}


def make_cast() -> Cast:
    """Build the world: one insert a row, about forty in all."""
    place = OrganizationFactory
    region = place(code="reg42", short_name="Region", kind="region", parent=None)
    ministry = place(code="ministry", short_name="Ministry", kind="ministry", parent=region)
    centre = place(code="kcmko", short_name="Centre", kind="centre", parent=region)
    institute = place(code="kripkipro", short_name="Institute", kind="institute", parent=region)
    public = place(code="public", short_name="Public body", kind="public_body", parent=region)
    north = place(code="reg42_m001", short_name="North", kind="municipality", parent=region)
    south = place(code="reg42_m002", short_name="South", kind="municipality", parent=region)
    lake = place(code="edu420001", short_name="Lake school", kind="school", parent=north)
    wood = place(code="edu420002", short_name="Wood school", kind="school", parent=north)
    hill = place(code="edu420101", short_name="Hill school", kind="school", parent=south)
    other = place(code="reg54", short_name="Other region", kind="region", parent=None)

    def person(name: str, organization: Organization, role: Role) -> User:
        return MembershipFactory(
            user__username=name.lower(), user__first_name=name, organization=organization, role=role
        ).user

    return Cast(
        region=region,
        ministry=ministry,
        centre=centre,
        institute=institute,
        public_body=public,
        north=north,
        south=south,
        lake_school=lake,
        wood_school=wood,
        hill_school=hill,
        other_region=other,
        vera=person("Vera", ministry, Role.MINISTRY),
        boris=person("Boris", centre, Role.OPERATOR),
        inna=person("Inna", institute, Role.METHODOLOGIST),
        oleg=person("Oleg", north, Role.COORDINATOR),
        svetlana=person("Svetlana", south, Role.COORDINATOR),
        nina=person("Nina", lake, Role.DEPUTY),
        igor=person("Igor", hill, Role.DEPUTY),
        elena=person("Elena", institute, Role.EXPERT),
        pavel=person("Pavel", public, Role.OBSERVER),
        anton=person("Anton", region, Role.ADMINISTRATOR),
        rita=person("Rita", other, Role.MINISTRY),
        zoya=User.objects.create_user(username="zoya", password="no-place-for-zoya"),
    )
