"""Organizations, people, documents and runs for tests."""

import datetime

import factory
from factory.django import DjangoModelFactory

from organizations.access import Role
from organizations.models import TREE, Kind, Membership, Organization, User


def _level(place: Organization) -> int:
    return TREE.get(Kind(place.kind)) or place.parent.level


class OrganizationFactory(DjangoModelFactory[Organization]):
    """A school; give `kind` and `parent` for anything else."""

    class Meta:
        model = Organization

    code = factory.Sequence(lambda n: f"edu4299{n:02}")
    short_name = factory.Sequence(lambda n: f"Organization {n}")
    name = factory.SelfAttribute("short_name")
    kind = "school"
    parent = None
    level = factory.LazyAttribute(_level)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    password = "!"


class MembershipFactory(DjangoModelFactory[Membership]):
    """A person in a place."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = Role.DEPUTY
    since = datetime.date(2025, 9, 1)
