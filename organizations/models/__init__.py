from organizations.models.document import Document, DocumentKind, DocumentVersion
from organizations.models.event import Event
from organizations.models.notice import NOTICE_KINDS, Notice, Urgency
from organizations.models.organization import (
    TREE,
    Kind,
    Level,
    Organization,
    OrganizationState,
    Profile,
    Succession,
)
from organizations.models.run import Run
from organizations.models.scoping import ScopedQuerySet
from organizations.models.submission import MOVES, State, Submission
from organizations.models.user import ApiToken, Invitation, Membership, Substitution, User

__all__ = [
    "MOVES",
    "NOTICE_KINDS",
    "TREE",
    "ApiToken",
    "Document",
    "DocumentKind",
    "DocumentVersion",
    "Event",
    "Invitation",
    "Kind",
    "Level",
    "Membership",
    "Notice",
    "Organization",
    "OrganizationState",
    "Profile",
    "Run",
    "ScopedQuerySet",
    "State",
    "Submission",
    "Substitution",
    "Succession",
    "Urgency",
    "User",
]
