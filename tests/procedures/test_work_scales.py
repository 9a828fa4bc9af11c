"""New scales, tables of test points, levels and skills of tasks, and the pages for them."""

from collections import Counter

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stats import disclosure
from organizations.errors import Conflict, FaultyTable, NotAllowed
from organizations.queries import viewer_of
from procedures import scales
from procedures.exchange import importer
from procedures.exchange.works import read_works
from procedures.models import Result, Work
from procedures.scales import Borders, PointScale, marks_of, to_test_points
from procedures.services import scales as service
from procedures.services.works import import_works
from tests.factories.procedures import ScaleFactory, WorkFactory, a_form

# The second level is what a Latin keyboard gives for «В».
LIST = """[{"code": "ma11-2026", "subject": "Математика", "grade": 11, "year": 2026,
 "max_points": [1, 2, 3], "mark_borders": null, "track": "basic", "levels": ["Б", "B", "п"],
 "skills": ["считать", "", "доказывать"], "due_on": "2026-06-01"}]"""


@pytest.fixture
def work(db):
    return WorkFactory()


@pytest.fixture
def brought(work, cast):
    """A protocol of forty pupils, marked by borders 3, 5, 7."""
    ScaleFactory(work=work)
    content = a_form(work, cast.lake_school, pupils=40, seed=7)
    protocol, _ = importer.receive(
        cast.lake_school, work, content=content, name="Форма.xlsx", by_id=None
    )
    return importer.process(protocol, trusted=True)


def written(work):
    return Result.objects.filter(work=work, score__isnull=False)


def text(response):
    return response.content.decode().replace("\u00a0", " ")


# the scale of marks


def test_the_effect_told_first_is_what_then_happens(work, brought, cast):
    before = dict(written(work).values_list("participant", "mark"))
    effect = service.effect_of(work, Borders(2, 4, 8))

    service.rescale(work, Borders(2, 4, 8), source="приказ № 7", by=viewer_of(cast.boris))

    after = dict(written(work).values_list("participant", "mark"))
    moved = Counter((before[code], after[code]) for code in before if before[code] != after[code])
    assert effect.moves == dict(moved)
    assert effect.changed == moved.total() > 0
    assert effect.marked == len(before)
    scores = np.array(written(work).order_by("participant").values_list("score", flat=True))
    marks = [after[code] for code in sorted(after)]
    assert marks == marks_of(scores, Borders(2, 4, 8)).tolist()


def test_telling_the_effect_writes_nothing(work, brought):
    before = list(written(work).values_list("participant", "mark"))

    service.effect_of(work, Borders(1, 2, 3))

    assert list(written(work).values_list("participant", "mark")) == before
    assert work.scales.count() == 1


def test_a_scale_that_is_in_force_or_out_of_reach_is_refused(work, brought, cast):
    by = viewer_of(cast.boris)
    with pytest.raises(Conflict, match="уже действует"):
        service.rescale(work, Borders(3, 5, 7), source="приказ", by=by)
    with pytest.raises(Conflict, match="не выше максимума 8"):
        service.rescale(work, Borders(3, 5, 9), source="приказ", by=by)
    assert work.scales.count() == 1


def test_only_the_centre_gives_scales_points_and_levels(work, cast):
    for person in (cast.vera, cast.oleg, cast.nina):
        by = viewer_of(person)
        with pytest.raises(NotAllowed):
            service.rescale(work, Borders(1, 2, 3), source="приказ", by=by)
        with pytest.raises(NotAllowed):
            service.convert(work, PointScale(tuple(range(9)), 3), source="приказ", by=by)
        with pytest.raises(NotAllowed):
            service.describe(work, levels=["Б"] * 4, skills=[""] * 4, by=by)


def test_the_page_shows_what_changes_before_it_writes(work, brought, cast, client):
    client.force_login(cast.boris)
    address = reverse("procedures:scale", args=[work.code])
    typed = {"three": 2, "four": 4, "five": 8, "source": "приказ № 7"}

    shown = client.post(address, typed)
    assert work.scales.count() == 1
    done = client.post(address, typed | {"write": "1"}, follow=True)

    changed = shown.context["effect"].changed
    assert f"Изменится {changed} отмет" in text(shown)
    assert "Записана версия 2 шкалы" in text(done)
    assert "приказ № 7" in text(done)


@pytest.mark.parametrize(
    ("borders", "said"), [((5, 4, 6), "по возрастанию"), ((3, 5, 9), "не выше максимума 8")]
)
def test_borders_that_cannot_be_are_told_on_the_page(borders, said, work, cast, client):
    client.force_login(cast.boris)
    typed = dict(zip(("three", "four", "five"), borders, strict=True)) | {"source": "приказ"}

    answer = client.post(reverse("procedures:scale", args=[work.code]), typed)

    assert said in text(answer)
    assert "effect" not in answer.context


def test_a_work_without_a_scale_says_that_marks_are_not_computed(work, cast, client):
    client.force_login(cast.nina)

    assert "Официальной шкалы нет" in text(client.get(reverse("procedures:work", args=[work.code])))


# test points

tables = st.lists(st.integers(0, 100), min_size=2, max_size=40).map(sorted)


@given(tables, st.data())
def test_a_pupil_passes_by_test_points_just_when_by_the_least_primary_score(table, data):
    if not table[-1]:
        table[-1] = 1
    scale = PointScale(tuple(table), data.draw(st.integers(1, table[-1])))
    primary = np.array(data.draw(st.lists(st.integers(0, len(table) - 1), min_size=1)))

    found = to_test_points(primary, scale)

    assert found.tolist() == [table[score] for score in primary]
    assert ((found >= scale.threshold) == (primary >= scale.least)).all()


@pytest.mark.parametrize(
    ("points", "threshold"), [((0, 5, 4), 4), ((0, 50, 101), 40), ((0, 10, 20), 21), ((0, 10), 0)]
)
def test_a_table_that_cannot_be_is_refused(points, threshold):
    with pytest.raises(ValueError, match="нуж"):
        PointScale(points, threshold)


def test_a_score_beyond_the_table_is_no_guess():
    with pytest.raises(ValueError, match="outside"):
        to_test_points([3], PointScale((0, 50, 100), 50))


def test_a_table_of_another_length_is_refused_and_a_new_one_is_a_version(work, cast):
    by = viewer_of(cast.boris)
    with pytest.raises(Conflict, match="всего 9, а здесь 8"):
        service.convert(work, PointScale(tuple(range(8)), 3), source="№ 1", by=by)

    service.convert(work, PointScale(tuple(range(9)), 3), source="№ 1", by=by)
    service.convert(work, PointScale(tuple(range(9)), 4), source="№ 2", by=by)

    assert list(work.conversions.values_list("version", "threshold")) == [(2, 4), (1, 3)]
    with pytest.raises(Conflict, match="уже действует"):
        service.convert(work, PointScale(tuple(range(9)), 4), source="№ 3", by=by)


def test_the_page_of_a_work_tells_how_many_passed(work, brought, cast, client):
    typed = {"points": "0 5 10 20 30 40 60 80 100", "threshold": 30, "source": "распоряжение № 1"}
    client.force_login(cast.boris)

    done = client.post(reverse("procedures:conversion", args=[work.code]), typed, follow=True)

    everyone = written(work)
    passed = sum(score >= 4 for score in everyone.values_list("score", flat=True))
    assert f"Порог преодолели {passed} из {everyone.count()} участ" in text(done)


def test_few_pupils_are_not_told_as_a_number(work, cast, client):
    content = a_form(work, cast.lake_school, pupils=6)
    protocol, _ = importer.receive(
        cast.lake_school, work, content=content, name="Форма.xlsx", by_id=None
    )
    importer.process(protocol, trusted=True)
    service.convert(work, PointScale(tuple(range(9)), 3), source="№ 1", by=viewer_of(cast.boris))
    client.force_login(cast.vera)

    said = text(client.get(reverse("procedures:work", args=[work.code])))

    assert "Порог преодолели" not in said
    assert "Участников меньше 10" in said


def test_few_means_the_same_as_in_monitoring():
    assert scales.MIN_PUPILS == disclosure.MIN_PUPILS


# tasks


def test_levels_and_skills_are_typed_in_a_table(work, cast, client):
    client.force_login(cast.boris)
    address = reverse("procedures:tasks", args=[work.code])
    typed = {f"level-{n}": level for n, level in enumerate("БППВ")} | {"skill-2": "Читать текст"}

    done = client.post(address, typed, follow=True)

    work.refresh_from_db()
    assert work.levels == list("БППВ")
    assert work.skills == ["", "", "Читать текст", ""]
    assert "Читать текст" in text(done)


def test_a_list_of_works_brings_track_levels_skills_and_term(db):
    import_works(read_works(LIST.encode()), by=None, procedure="ege")

    work = Work.objects.get()
    assert (work.track, work.levels) == ("basic", ["Б", "В", "П"])
    assert work.skills == ["считать", "", "доказывать"]
    assert work.due_on.isoformat() == "2026-06-01"
    assert str(work) == "Математика, 11 класс, базовый уровень, 2026"


def test_a_list_without_them_leaves_what_is_known(db, cast):
    import_works(read_works(LIST.encode()), by=None, procedure="ege")
    plain = LIST.replace('"levels"', '"x"').replace('"skills"', '"y"').replace('"due_on"', '"z"')

    import_works(read_works(plain.encode()), by=None, procedure="ege")

    assert Work.objects.get().levels == ["Б", "В", "П"]


def test_two_tracks_of_one_subject_are_two_works(db):
    import_works(read_works(LIST.encode()), by=None, procedure="ege")
    other = LIST.replace("ma11-2026", "mp11-2026").replace("basic", "advanced")
    import_works(read_works(other.encode()), by=None, procedure="ege")
    assert Work.objects.count() == 2

    third = read_works(other.replace("mp11-2026", "mx11-2026").encode())
    with pytest.raises(Conflict, match="уже заведена под кодом"):
        import_works(third, by=None, procedure="ege")


@pytest.mark.parametrize(
    ("field", "value"),
    [("levels", '["Б"]'), ("levels", '["Б", "Г", "П"]'), ("skills", '["a"]'),
     ("due_on", '"1 июня"'), ("track", '"profile"')],
)  # fmt: skip
def test_what_cannot_be_in_the_list_is_told(field, value):
    faulty = LIST[:-2] + f', "{field}": {value}' + "}]"
    with pytest.raises(FaultyTable) as caught:
        read_works(faulty.encode())

    assert [fault.column for fault in caught.value.faults] == [field]


def test_a_task_that_was_added_forgets_the_levels_of_the_old_ones(db):
    import_works(read_works(LIST.encode()), by=None, procedure="ege")
    longer = LIST.replace("[1, 2, 3]", "[1, 2, 3, 4]")
    for name in ("levels", "skills"):
        longer = longer.replace(f'"{name}"', f'"no_{name}"')

    import_works(read_works(longer.encode()), by=None, procedure="ege")

    assert (Work.objects.get().levels, len(Work.objects.get().tasks)) == ([], 4)
