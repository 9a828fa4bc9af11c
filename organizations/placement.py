"""What may stand under what in the tree, and at which level each role works; no queries."""

from organizations.access import Role
from organizations.models import TREE, Kind, Level

UNDER = {
    Kind.REGION: frozenset[Level](),
    Kind.MUNICIPALITY: frozenset({Level.REGION}),
    # Boarding and cadet schools, as a rule, belong to the region itself.
    Kind.SCHOOL: frozenset({Level.MUNICIPALITY, Level.REGION}),
    Kind.COLLEGE: frozenset({Level.MUNICIPALITY, Level.REGION}),
    Kind.KINDERGARTEN: frozenset({Level.MUNICIPALITY, Level.REGION}),
    Kind.SUPPLEMENTARY: frozenset({Level.MUNICIPALITY, Level.REGION}),
    Kind.MOUO: frozenset({Level.MUNICIPALITY}),
    Kind.MMS: frozenset({Level.MUNICIPALITY}),
    Kind.PUBLIC_BODY: frozenset(Level),
}
BESIDE_REGION = frozenset({Level.REGION})  # every other body of Положение о РСОКО, п. 3.1.1

# A coordinator placed in a school would accept the school's own papers.
LEVELS_OF_ROLE = {
    Role.MINISTRY: frozenset({Level.REGION}),
    Role.OPERATOR: frozenset({Level.REGION}),
    Role.METHODOLOGIST: frozenset({Level.REGION, Level.MUNICIPALITY}),
    Role.COORDINATOR: frozenset({Level.MUNICIPALITY}),
    Role.DEPUTY: frozenset({Level.SCHOOL}),
    Role.EXPERT: frozenset(Level),
    Role.OBSERVER: frozenset(Level),
    Role.ADMINISTRATOR: frozenset({Level.REGION}),
}


def fits_under(kind: Kind, above: Kind) -> bool:
    """Whether an organization of this kind may stand directly under one of the other."""
    return above in TREE and TREE[above] in UNDER.get(kind, BESIDE_REGION)


def kinds_above(kind: Kind) -> list[Kind]:
    return [above for above in TREE if fits_under(kind, above)]


def level_of(kind: Kind, above: Level | None) -> Level:
    """A node's own level; a body works at the level of the node it stands beside."""
    if kind in TREE:
        return TREE[kind]
    if above is None:
        raise ValueError(f"{kind} stands beside a node of the tree")
    return above


def works_at(role: Role, level: int) -> bool:
    """Whether this role has its place at organizations of this level."""
    return Level(level) in LEVELS_OF_ROLE[role]
