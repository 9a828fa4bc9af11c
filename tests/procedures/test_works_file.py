import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import FaultyTable
from procedures.exchange.works import WorkSpec, read_works
from procedures.scales import Borders

SOUND = {
    "code": "ru4-2026",
    "subject": "Русский язык",
    "grade": 4,
    "year": 2026,
    "max_points": [2, 1, 3],
    "mark_borders": [2, 4, 5],
    "tasks": ["1", "4К1", "4К2"],
}


def file_of(*items):
    return json.dumps(items, ensure_ascii=False).encode()


def told(*items):
    with pytest.raises(FaultyTable) as refusal:
        read_works(file_of(*items))
    return [str(fault) for fault in refusal.value.faults]


def test_a_sound_list_gives_the_works():
    assert read_works(file_of(SOUND)) == [
        WorkSpec(
            "ru4-2026", "Русский язык", 4, 2026, ("1", "4К1", "4К2"), (2, 1, 3), Borders(2, 4, 5)
        )
    ]


def test_tasks_without_labels_are_numbered_and_a_work_may_have_no_scale():
    bare = {key: value for key, value in SOUND.items() if key != "tasks"}

    [work] = read_works(file_of(bare | {"mark_borders": None}))

    assert work.tasks == ("1", "2", "3")
    assert work.borders is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "ru 4"),
        ("code", 4),
        ("subject", "  "),
        ("grade", 12),
        ("grade", True),
        ("grade", "4"),
        ("grade", 4.0),
        ("year", 26),
        ("max_points", []),
        ("max_points", [2, 0, 1]),
        ("max_points", "213"),
        ("mark_borders", [2, 4]),
        ("mark_borders", [4, 2, 5]),
        ("mark_borders", [0, 2, 5]),
        ("mark_borders", [2, 4, 7]),
        ("tasks", ["1", "2"]),
        ("tasks", ["1", "1", "2"]),
        ("tasks", [1, 2, 3]),
    ],
)
def test_each_fault_is_told_by_its_item_and_field(field, value):
    [sentence] = told(SOUND, SOUND | {"code": "ma4-2026"} | {field: value})

    assert sentence.startswith(f"Работа 2, поле «{field}»: ")


def test_faults_of_all_items_are_told_at_once():
    sentences = told(
        SOUND | {"grade": 0, "year": 1},
        "работа",
        SOUND | {"code": "ru5", "max_points": None},
        SOUND,
    )

    assert [sentence.split(":")[0] for sentence in sentences] == [
        "Работа 1, поле «grade»",
        "Работа 1, поле «year»",
        "Работа 2",
        "Работа 3, поле «max_points»",
        "Работа 4, поле «code»",
    ]


def test_a_scale_left_out_is_not_taken_for_no_scale():
    bare = {key: value for key, value in SOUND.items() if key != "mark_borders"}

    [sentence] = told(bare)

    assert "mark_borders" in sentence


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[{]", "не JSON: строка 1, знак 3"),
        (b"{}", "непустым массивом"),
        (b"[]", "непустым массивом"),
        ('[{"code": "ру4"}]'.encode("cp1251"), "не в UTF-8"),
        (b"[" * 100_000, "вложенных скобок"),
    ],
)
def test_what_is_no_list_of_works_is_told_in_words(content, reason):
    with pytest.raises(FaultyTable, match=reason):
        read_works(content)


@given(
    st.lists(st.integers(1, 5), min_size=3, max_size=30),
    st.integers(1, 11),
    st.data(),
)
def test_whatever_is_sound_is_read_as_it_stands(maxima, grade, data):
    three = st.lists(st.integers(1, sum(maxima)), min_size=3, max_size=3, unique=True).map(sorted)
    borders = data.draw(st.none() | three)
    item = SOUND | {"max_points": maxima, "mark_borders": borders, "grade": grade, "tasks": None}

    [work] = read_works(file_of(item))

    assert work.max_points == tuple(maxima)
    assert work.most == sum(maxima)
    assert work.borders == (borders and Borders(*borders))


def test_a_work_whose_scale_does_not_fit_its_points_cannot_be():
    with pytest.raises(ValueError, match="не выше максимума 2"):
        WorkSpec("a", "а", 4, 2026, ("1", "2"), (1, 1), Borders(1, 2, 3))
