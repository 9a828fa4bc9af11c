"""The controller's journal: sentences, filters, pages, the file; and only one's own territory."""

import datetime
import io
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from monitoring.models import Case, MethodSettings, SchoolGroup
from organizations import acts
from organizations.models import Event
from organizations.queries import acts_seen_by, viewer_of
from organizations.services import hierarchy
from organizations.views import journal as page_module
from tests.cast import JUNE
from tests.factories.documents import EventFactory

JOURNAL = reverse("organizations:journal")
FILE = reverse("organizations:journal_file")
RECORDED = re.compile(r'audit\.record\(\s*"([a-z_.]+)"')


def lines(client, **filters):
    return client.get(JOURNAL, filters).context["lines"]


def workbook_of(answer):
    return load_workbook(io.BytesIO(answer.content))["Журнал"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [("vera", {"lake", "hill"}), ("anton", {"lake", "hill"}), ("oleg", {"lake"}), ("rita", set())],
)
def test_each_reads_the_journal_of_their_own_territory(cast, signed_in, who, seen):
    EventFactory(organization_id=cast.lake_school.pk, object_name="lake")
    EventFactory(organization_id=cast.hill_school.pk, object_name="hill")
    EventFactory(organization_id=None, object_name="nobody's")

    assert {line.event.object_name for line in lines(signed_in(getattr(cast, who)))} == seen


@pytest.mark.parametrize("who", ["boris", "inna", "nina", "elena", "pavel"])
def test_the_journal_is_closed_to_the_others(cast, signed_in, who):
    client = signed_in(getattr(cast, who))

    assert client.get(JOURNAL).status_code == 403
    assert client.get(FILE).status_code == 403


@pytest.mark.parametrize("model", [Case, SchoolGroup, MethodSettings])
def test_acts_on_what_is_made_of_signals_are_read_with_them(cast, model):
    EventFactory(organization_id=cast.region.pk, object_type=model._meta.label_lower)
    EventFactory(organization_id=cast.region.pk, object_type="organizations.organization")

    seen = {
        name: acts_seen_by(viewer_of(getattr(cast, name))).count()
        for name in ("vera", "boris", "anton", "inna")
    }

    assert seen == {"vera": 2, "boris": 2, "anton": 1, "inna": 1}


def test_an_act_is_a_russian_sentence_with_what_changed(cast, signed_in):
    hierarchy.change(cast.lake_school, since=JUNE, short_name="Sea school", by=viewer_of(cast.vera))

    page = signed_in(cast.vera).get(JOURNAL).content.decode().replace("\u00a0", " ")

    assert "Сведения об организации изменены: Sea school" in page
    assert "краткое наименование: <del>Lake school</del> → Sea school" in page
    assert "Vera, специалист министерства" in page


def test_every_act_that_services_record_has_its_words():
    apps = ("organizations", "roadmaps", "procedures", "monitoring", "reports")
    sources = [path for app in apps for path in (settings.BASE_DIR / app).rglob("*.py")]
    recorded = {code for path in sources for code in RECORDED.findall(path.read_text())}

    assert "organization.closed" in recorded
    assert recorded - set(acts.WORDS) == set()


def test_an_unknown_act_is_shown_as_it_is(cast, signed_in):
    EventFactory(organization_id=cast.lake_school.pk, action="moon.landed", object_name="Eagle")

    assert lines(signed_in(cast.oleg))[0].sentence == "moon.landed: Eagle"


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        ({"state": ["sent", "accepted"]}, "состояние: ждёт приёмки → принято"),
        ({"remark": ""}, ""),
        ({"role": "deputy"}, "роль: заместитель директора"),
        ({"classes": [1, 2]}, "классы: 1, 2"),
        ({"before": {"name": "А"}, "after": {"name": "Б"}}, "название: А → Б"),
        ({"before": 3}, ""),
        ({"sha256": "0123456789abcdef"}, "контрольная сумма: 0123456789ab…"),
        ({"strange": None}, ""),
        ({"strange": {"a": 1}}, "strange: {'a': 1}"),
    ],
)
def test_changes_are_told_in_words(recorded, told):
    assert "; ".join(map(str, acts.changes(Event(changes=recorded)))) == told


@pytest.mark.parametrize(
    ("filters", "seen"),
    [
        ({}, {"a", "b"}),
        ({"person": "nin"}, {"a"}),
        ({"action": "document.returned"}, {"b"}),
        ({"about": "b"}, {"b"}),
        ({"since": "2026-11-10"}, {"b"}),
        ({"until": "2026-11-09"}, {"a"}),
        ({"since": "01.11.2026", "until": "30.11.2026"}, {"a", "b"}),
        ({"since": "вчера"}, {"a", "b"}),
    ],
)
def test_the_filters_narrow_the_journal(cast, signed_in, monkeypatch, filters, seen):
    # 17:30 UTC of the ninth is already the tenth in Kuzbass (UTC+7).
    late = datetime.datetime(2026, 11, 9, 17, 30, tzinfo=datetime.UTC)
    own = {"organization_id": cast.lake_school.pk}
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: late - datetime.timedelta(hours=1))
        EventFactory(**own, object_name="a")
        clock.setattr(timezone, "now", lambda: late)
        EventFactory(**own, object_name="b", user_name="Oleg", action="document.returned")

    assert {line.event.object_name for line in lines(signed_in(cast.oleg), **filters)} == seen


def test_pages_go_back_without_counting_and_lose_nothing(cast, signed_in):
    EventFactory.create_batch(120, organization_id=cast.lake_school.pk)
    client = signed_in(cast.oleg)
    seen, url = [], JOURNAL

    with CaptureQueriesContext(connection) as captured:
        while url:
            context = client.get(url).context
            seen += [line.event.pk for line in context["lines"]]
            url = f"{JOURNAL}?before={context['older']}" if context["older"] else ""

    assert len(seen) == 120
    assert seen == sorted(set(seen), reverse=True)
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert all("organizations_notice" in one for one in counts)  # the bar's own


def test_twice_as_many_lines_make_no_more_queries(cast, signed_in):
    client = signed_in(cast.vera)
    client.get(JOURNAL)
    counts = []
    for number in (10, 20):
        for place in (cast.lake_school, cast.hill_school):
            EventFactory.create_batch(number, organization_id=place.pk)
        with CaptureQueriesContext(connection) as captured:
            client.get(JOURNAL)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_line_leads_to_the_page_of_its_object(cast, signed_in):
    EventFactory(organization_id=cast.lake_school.pk, object_id="7")
    hierarchy.close(cast.wood_school, on=JUNE, by=viewer_of(cast.vera))

    urls = {line.url for line in lines(signed_in(cast.vera))}

    assert urls == {
        reverse("organizations:document", args=[7]),
        reverse("organizations:organization", args=[cast.wood_school.code]),
    }


def test_the_file_holds_the_narrowed_journal(cast, signed_in):
    EventFactory(organization_id=cast.lake_school.pk, object_name="a")
    EventFactory(organization_id=cast.lake_school.pk, object_name="=HYPERLINK(1)", user_name="Oleg")

    answer = signed_in(cast.oleg).get(FILE, {"person": "Oleg"})

    sheet = workbook_of(answer)
    rows = list(sheet.iter_rows(values_only=True))
    assert sheet["F2"].data_type == "s"
    assert rows[0] == tuple(page_module.HEADINGS)
    assert len(rows) == 2
    assert rows[1][3:6] == ("Lake school", "Документ сдан на приёмку", "=HYPERLINK(1)")
    assert answer["Cache-Control"] == "private, no-store"


def test_the_file_says_where_it_was_cut(cast, signed_in, monkeypatch):
    monkeypatch.setattr(page_module, "MOST_EXPORTED", 3)
    EventFactory.create_batch(5, organization_id=cast.lake_school.pk)

    rows = list(workbook_of(signed_in(cast.oleg).get(FILE)).iter_rows(values_only=True))

    assert len(rows) == 1 + 3 + 1
    assert rows[-1][0].startswith("Показаны первые 3 строк")
