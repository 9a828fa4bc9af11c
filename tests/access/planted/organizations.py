"""Rows of the floor: people, documents, runs."""

import datetime

from django.utils import timezone

from organizations.access import Role
from organizations.models import (
    DocumentKind,
    Membership,
    Organization,
    OrganizationState,
    Run,
    State,
    Substitution,
    User,
)
from organizations.queries import viewer_of
from organizations.services import members, tokens
from roadmaps.services import feeds
from tests.factories.documents import DocumentFactory, EventFactory, RunFactory, VersionFactory
from tests.factories.documents import pdf as a_pdf
from tests.factories.notices import NoticeFactory
from tests.factories.organizations import MembershipFactory

MONTH = datetime.timedelta(days=30)


def rows(school: Organization, deputy: User, coordinator: User, mark: str) -> dict[str, object]:
    _place(school, mark)
    return {
        **_people(school, deputy, coordinator, mark),
        **_documents(school, mark),
        **_runs(school, mark),
    }


def _place(school: Organization, mark: str) -> None:
    """Its name of today and of an earlier day, and a line of its journal."""
    Organization.objects.filter(pk=school.pk).update(name=f"{mark}-place")
    OrganizationState.objects.create(
        organization=school, since=datetime.date(2020, 1, 1), name=f"{mark}-place",
        short_name=school.short_name, parent=school.parent, basis=f"{mark}-place",
    )  # fmt: skip
    EventFactory(organization_id=school.pk, object_name=f"{mark}-act")


def _people(school: Organization, deputy: User, coordinator: User, mark: str) -> dict[str, object]:
    membership = Membership.objects.get(user=deputy)
    Membership.objects.filter(pk=membership.pk).update(position=f"{mark}-person")
    colleague = MembershipFactory(
        organization=school, user__username=f"{mark}-colleague", user__last_name=f"{mark}-person"
    )
    invitation, secret = members.invite(
        school, role=Role.DEPUTY, email=f"{mark}-invited@example.org", by=viewer_of(coordinator)
    )
    token, _ = tokens.issue(name=f"{mark}-token", by=viewer_of(deputy))
    today = timezone.localdate()
    substitution = Substitution.objects.create(
        membership=colleague, substitute=deputy, since=today - MONTH, until=today + MONTH
    )
    return {
        "membership": membership,
        "colleague": colleague,
        "invitation": invitation,
        "secret": secret,
        "token": token,
        "feed": feeds.subscribe(by=viewer_of(deputy)),
        "notice": NoticeFactory(
            user=deputy, organization=school, subject=f"{mark}-notice", text=f"{mark}-notice"
        ),
        "substitution": substitution,
    }


def _documents(school: Organization, mark: str) -> dict[str, object]:
    """One that waits for acceptance with its file, one that came back."""
    document = DocumentFactory(organization=school, title=f"{mark}-document")
    DocumentFactory(
        organization=school, kind=DocumentKind.CONTROL_FORMS, title=f"{mark}-document",
        state=State.RETURNED, remark=f"{mark}-document", decided_at=timezone.now(),
    )  # fmt: skip
    version = VersionFactory(
        document=document, name=f"{mark}-document.pdf", content=a_pdf(f"{mark}-document")
    )
    return {"document": document, "version": version}


def _runs(school: Organization, mark: str) -> dict[str, object]:
    subject = f"organizations.organization:{school.pk}"
    failed = RunFactory(
        organization=school, subject=subject, title=f"{mark}-run", error=f"{mark}-run",
        status=Run.Status.FAILED, ended_at=timezone.now(),
    )  # fmt: skip
    waiting = RunFactory(organization=school, subject=f"{subject}0", title=f"{mark}-run")
    return {"run": failed, "waiting": waiting}
