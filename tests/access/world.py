"""One row of everything, all of Lake school in North, for the access tables to ask for."""

import datetime
from dataclasses import dataclass

from django.core.files.base import ContentFile

from monitoring.models import IndicatorValue
from organizations.models import (
    Document,
    DocumentKind,
    DocumentVersion,
    Invitation,
    Membership,
    Organization,
    Run,
    State,
    Substitution,
)
from organizations.services import members
from procedures.models import Procedure, Protocol, Scale, Work
from reports.models import YearlyReport
from roadmaps.models import Execution, Item, Responsible, Roadmap
from tests.cast import Cast

TODAY = datetime.date(2026, 11, 23)


@dataclass(frozen=True)
class World:
    school: Organization
    membership: Membership
    invitation: Invitation
    secret: str
    substitution: Substitution
    document: Document
    version: DocumentVersion
    run: Run
    work: Work
    protocol: Protocol
    roadmap: Roadmap
    item: Item
    execution: Execution
    value: IndicatorValue
    report: YearlyReport


def make_world(cast: Cast) -> World:
    from organizations.access import Role
    from organizations.queries import viewer_of

    school = cast.lake_school
    membership = Membership.objects.get(user=cast.nina)
    by = viewer_of(cast.oleg)
    invitation, secret = members.invite(
        school, role=Role.DEPUTY, email="new@example.org", by=by
    )
    document = Document.objects.create(
        organization=school,
        kind=DocumentKind.PROVISION,
        title="Положение о ВСОКО",
        state=State.SENT,
        sent_at=datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.UTC),
    )
    work = Work.objects.create(
        procedure=Procedure.objects.create(
            code="vpr", title="ВПР", short_title="ВПР", level="federal"
        ),
        code="ru4-2026",
        subject="Русский язык",
        grade=4,
        year=2026,
        tasks=["1", "2"],
        max_points=[2, 3],
    )
    Scale.objects.create(work=work, version=1, three=2, four=3, five=4)
    roadmap = Roadmap.objects.create(
        owner=cast.north,
        title="План North",
        status=Roadmap.Status.APPROVED,
        starts_on=datetime.date(2026, 8, 1),
        ends_on=datetime.date(2027, 9, 30),
        order=Document.objects.create(
            organization=cast.north,
            kind=DocumentKind.ORDER,
            title="Об утверждении плана",
            number="41",
            signed_on=datetime.date(2026, 7, 1),
        ),
    )
    item = Item.objects.create(
        roadmap=roadmap,
        position=1,
        number="1.",
        title="Проверить положения",
        term_text="декабрь 2026 г.",
        term_kind="period",
        starts_on=datetime.date(2026, 12, 1),
        ends_on=datetime.date(2026, 12, 31),
    )
    Responsible.objects.create(item=item, position=1, text="ОО", body="school")
    return World(
        school=school,
        membership=membership,
        invitation=invitation,
        secret=secret,
        substitution=Substitution.objects.create(
            membership=membership,
            substitute=cast.nina,
            since=TODAY,
            until=datetime.date(2030, 1, 1),
        ),
        document=document,
        version=DocumentVersion.objects.create(
            document=document,
            number=1,
            name="provision.pdf",
            content_type="application/pdf",
            size=9,
            sha256="0" * 64,
            file=ContentFile(b"%PDF-1.4\n", name="provision.pdf"),
        ),
        run=Run.objects.create(
            task="procedures.tasks.import_results",
            subject="procedures.protocol:1",
            title="Проверка файла",
            organization=school,
            status=Run.Status.FAILED,
        ),
        work=work,
        protocol=Protocol.objects.create(
            organization=school,
            work=work,
            version=1,
            name="form.xlsx",
            sha256="1" * 64,
            state=Protocol.State.REFUSED,
            message="Не форма.",
            file=ContentFile(b"not a workbook", name="form.xlsx"),
        ),
        roadmap=roadmap,
        item=item,
        execution=Execution.objects.create(
            item=item, organization=school, report="Сделано.", state=State.SENT
        ),
        value=IndicatorValue.objects.create(
            organization=school,
            indicator="mean_percent",
            year=2026,
            work=work,
            value=60,
            low=50,
            high=70,
            pupils=40,
            method_version="2026.1",
        ),
        report=YearlyReport.objects.create(
            organization=school,
            year=2026,
            template_version="1",
            content={},
            docx=ContentFile(b"PK", name="r.docx"),
            pdf=ContentFile(b"%PDF-1.4\n", name="r.pdf"),
        ),
    )
