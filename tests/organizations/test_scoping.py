"""Who sees which rows, told by the tree itself."""

import pytest

from organizations.access import GRANTS, Permission, Role
from organizations.models import (
    Document,
    Event,
    Invitation,
    Membership,
    Organization,
    Run,
    Substitution,
)
from organizations.queries import viewer_of

SCOPED = [Document, Event, Invitation, Membership, Run, Substitution, Organization]


def seen(person) -> set[str]:
    return set(Organization.objects.visible_to(viewer_of(person)).values_list("code", flat=True))


def below(code: str) -> set[str]:
    """The organization with all under it, walked step by step."""
    found, edge = {code}, {code}
    while edge:
        children = Organization.objects.filter(parent__code__in=edge)
        edge = set(children.values_list("code", flat=True))
        found |= edge
    return found


@pytest.mark.parametrize(
    ("person", "root"),
    [
        ("vera", "reg42"), ("boris", "reg42"), ("inna", "reg42"), ("anton", "reg42"),
        ("elena", "reg42"), ("pavel", "reg42"), ("oleg", "reg42_m001"),
        ("svetlana", "reg42_m002"), ("nina", "edu420001"), ("igor", "edu420101"),
        ("rita", "reg54"),
    ],
)  # fmt: skip
def test_everyone_sees_their_territory_and_nothing_else(cast, person, root):
    assert seen(getattr(cast, person)) == below(root)


@pytest.mark.parametrize("model", SCOPED)
def test_nobody_sees_nothing(cast, model):
    assert not model.objects.visible_to(None).exists()
    assert not model.objects.open_to(None, Permission.MEMBER_MANAGE).exists()


def test_who_has_no_place_is_no_viewer(cast):
    assert viewer_of(cast.zoya) is None


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_rows_are_open_to_a_role_exactly_when_the_table_grants_it(cast, role, permission):
    membership = cast.vera.memberships.get()
    membership.role = role
    membership.save(update_fields=["role"])
    viewer = viewer_of(cast.vera)

    is_open = Organization.objects.open_to(viewer, permission).exists()

    assert is_open is (permission in GRANTS[role])


def test_the_levels_above_a_school_are_its_own_and_their_bodies(cast):
    above = Organization.objects.above(viewer_of(cast.nina))

    codes = set(above.values_list("code", flat=True))
    assert codes == {"reg42", "ministry", "kcmko", "kripkipro", "public", "reg42_m001"}


def test_rows_of_a_neighbour_are_not_seen(cast):
    rows = Membership.objects.visible_to(viewer_of(cast.oleg))

    assert set(rows.values_list("user__username", flat=True)) == {"oleg", "nina"}


def test_documents_are_hidden_from_a_role_without_their_sight(cast):
    Document.objects.create(organization=cast.lake_school, kind="provision", title="Положение")

    assert Document.objects.visible_to(viewer_of(cast.nina)).exists()
    assert not Document.objects.visible_to(viewer_of(cast.elena)).exists()
    assert not Document.objects.visible_to(viewer_of(cast.igor)).exists()
