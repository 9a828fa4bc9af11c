"""Rows of numbers: values and signals with the report on them, cases, markers, groups."""

import datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from monitoring.models import (
    Campaign,
    Case,
    Explanation,
    ExplanationFile,
    FederalMarker,
    MarkerList,
    MethodSettings,
    SchoolGroup,
)
from monitoring.queries.settings import thresholds_of
from monitoring.stats.settings import SOURCES, Settings
from organizations.models import Organization
from procedures.models import Work
from tests.factories.documents import pdf as a_pdf
from tests.factories.monitoring import (
    CaseFactory,
    CellFactory,
    IndicatorValueFactory,
    SignalFactory,
    StatisticFactory,
)
from tests.factories.reports import CONTENT, ReportFactory

MONTH = datetime.timedelta(days=30)


def rows(school: Organization, work: Work, mark: str) -> dict[str, object]:
    return {
        **_numbers(school, work, mark),
        "marker": _marker(school, mark),
        **_cases(school, mark),
        "campaign": _campaign(school),
        "group": _group(school, mark),
        "thresholds": _thresholds(school),
    }


def _numbers(school: Organization, work: Work, mark: str) -> dict[str, object]:
    """A year's value, a finding, and the report whose part 3 speaks of objectivity."""
    value = IndicatorValueFactory(
        organization=school, work=work, method_version=f"{mark}-value", indicator="mean_percent"
    )
    IndicatorValueFactory(organization=school, method_version=f"{mark}-value")
    CellFactory(organization=school, work=work)
    statistic = StatisticFactory(
        organization=school, work=work, method_version=f"{mark}-signal", q_value=0.01
    )
    signal = SignalFactory(organization=school, method_version=f"{mark}-signal")
    said = {"2": f"{mark}-report", "3": f"{mark}-signal"}
    passages = [part | {"blocks": [{"text": said[part["number"]]}]} for part in CONTENT["passages"]]
    report = ReportFactory(
        organization=school,
        content=CONTENT | {"organization": school.short_name, "passages": passages},
        docx=ContentFile(f"{mark}-report {mark}-signal".encode(), name="docx"),
        pdf=ContentFile(f"{mark}-report {mark}-signal".encode(), name="pdf"),
    )
    return {"value": value, "statistic": statistic, "signal": signal, "report": report}


def _marker(school: Organization, mark: str) -> FederalMarker:
    """A row of a federal list that the centre brought in."""
    received = MarkerList.objects.create(
        organization=school.parent.parent, name=f"{mark}-marker.xlsx", years=[2025],
        file=ContentFile(f"{mark}-marker".encode(), name="list"), sha256="0" * 64,
    )  # fmt: skip
    return FederalMarker.objects.create(
        organization=school, year=2025, ru4=True, ma4=False, received=received
    )


def _cases(school: Organization, mark: str) -> dict[str, object]:
    """A case that the school has answered, and one of the year before with its draft."""
    case = CaseFactory(
        organization=school, state=Case.State.ANSWERED, sentences=[f"{mark}-case"],
        ground=f"{mark}-case",
    )  # fmt: skip
    draft = CaseFactory(organization=school, year=2025, sentences=[f"{mark}-case"])
    return {
        "case": case,
        "case_file": _explained(case, f"{mark}-case", sent_at=timezone.now()),
        "case_draft": draft,
        "draft_file": _explained(draft, f"{mark}-reply", sent_at=None),
    }


def _explained(case: Case, text: str, *, sent_at: datetime.datetime | None) -> ExplanationFile:
    answer = Explanation.objects.create(
        case=case, text=text, saved_at=timezone.now(), sent_at=sent_at
    )
    content = a_pdf(text)
    return ExplanationFile.objects.create(
        explanation=answer, name=f"{text}.pdf", content_type="application/pdf", size=len(content),
        sha256="0" * 64, file=ContentFile(content, name="pdf"),
    )  # fmt: skip


def _campaign(school: Organization) -> Campaign:
    """The comparison with the journal that the region has announced."""
    until = timezone.localdate() + MONTH
    return Campaign.objects.get_or_create(
        organization=school.parent.parent, year=2026, defaults={"due_on": until}
    )[0]


def _group(school: Organization, mark: str) -> SchoolGroup:
    """Schools that the municipality gathered from signals."""
    return SchoolGroup.objects.create(
        organization=school.parent, title=f"{mark}-gathered", purpose="roadmap",
        criteria={"year": 2026}, proposed=[school.code],
    )  # fmt: skip


def _thresholds(school: Organization) -> MethodSettings:
    """A copy of the region's thresholds that was tried."""
    thresholds = thresholds_of(Settings())
    return MethodSettings.objects.get_or_create(
        organization=school.parent.parent, version=1,
        defaults={"thresholds": thresholds, "sources": SOURCES, "tried": thresholds, "note": "n"},
    )[0]  # fmt: skip
