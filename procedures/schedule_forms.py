"""What is typed on the pages of the schedule; filters that cannot be read count as not asked."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from organizations.forms.fields import DayField
from organizations.forms.filters import Asked
from organizations.models import Level, Organization
from procedures import schedule_reads as reads
from procedures.models import (
    Procedure,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)
from procedures.models.schedule import LAST_GRADE, MOST_LESSONS_A_DAY
from procedures.services.schedule import level_choices

FIRST_YEAR, LAST_YEAR = 2000, 2100
WEEK, MONTH = "week", "month"
MOST_LINES = 400
CLASS_LINE = "5А; 6 6 6 6 5 0; очная"
HOURS_LINE = "5; Математика; 5; 170; нет"
EDGE_WORDS = {"да": True, "нет": False, "": None}


class YearFilter(Asked):
    year = forms.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)


class ScheduleFilter(YearFilter):
    """Whose grid, of which days and parallel; `from` is any day of the week or month."""

    school = forms.CharField(required=False, max_length=32)
    view = forms.ChoiceField(required=False, choices=[(WEEK, WEEK), (MONTH, MONTH)])
    grade = forms.IntegerField(required=False, min_value=1, max_value=LAST_GRADE)
    published = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.DateField(required=False)  # the word is Python's own


class ControlFilter(YearFilter):
    standing = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in (reads.PUBLISHED, reads.DRAFT, reads.NONE)],
    )
    municipality = forms.CharField(required=False, max_length=32)


class WindowFilter(Asked):
    """Which window from above a new entry places on a day."""

    window = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


def _number(label: str, *, most: int, required: bool = False, **kwargs: Any) -> forms.IntegerField:
    wrong = f"Нужно целое число от 1 до {most}."
    messages = {"min_value": wrong, "max_value": wrong, "invalid": wrong}
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=1,
        max_value=most,
        error_messages=messages,
        **kwargs,
    )


class EntryForm(forms.Form):
    """One line of a schedule. The choices depend on whose schedule it is.

    A placed window brings its own name, subject and level: only the class, day and lesson are
    asked for.
    """

    level = forms.ChoiceField(label="Уровень")
    title = forms.CharField(label="Название", max_length=200)
    subject = forms.CharField(label="Предмет", max_length=80)
    place = forms.ChoiceField(label="Класс")
    day = DayField(label="Дата")
    until = DayField(
        label="Последний день окна",
        required=False,
        help_text="Заполните, если школы сами выбирают день внутри окна.",
    )
    lesson = _number(
        "Номер урока", most=MOST_LESSONS_A_DAY, help_text="Без него правило урока не проверить."
    )
    lessons = _number("Сколько уроков", most=8, required=True, initial=1)
    minutes = _number("Длительность, минут", most=480, initial=45)
    whole_class = forms.BooleanField(label="Пишет весь класс", required=False, initial=True)
    procedure = forms.ModelChoiceField(
        Procedure.objects.all(), label="Процедура каталога", required=False, empty_label="нет"
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        classes: list[SchoolClass],
        window: ScheduleEntry | None = None,
        entry: ScheduleEntry | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.window = window
        self.is_school = organization.level == Level.SCHOOL
        levels = level_choices(organization.level)
        grade = window.grade if window else None
        places = _places(classes, grade=grade, is_school=self.is_school)
        self.fields["place"].choices = places  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["level"].choices = levels  # type: ignore[attr-defined]  # a ChoiceField
        for name, is_left_out in (
            ("until", self.is_school),
            ("procedure", self.is_school),
            ("level", len(levels) == 1),
        ):
            if is_left_out:
                del self.fields[name]
        if window is not None:
            for name in ("title", "subject", "lessons", "minutes", "whole_class"):
                self.fields.pop(name)
        if entry is not None:
            self.initial = {name: getattr(entry, name) for name in self.fields if name != "place"}
            self.initial["place"] = f"{entry.grade}:{entry.class_name}"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        grade, _, name = values.get("place", "").partition(":")
        if grade:
            values["grade"], values["class_name"] = int(grade), name
        day, until = values.get("day"), values.get("until")
        if day and until and until < day:
            self.add_error("until", "Окно кончается раньше, чем начинается. Исправьте дату.")
        if self.window and day and not self.window.covers(day):
            first, last = self.window.day, self.window.until or self.window.day
            self.add_error(
                "day", f"День нужен внутри окна: от {first:%d.%m.%Y} до {last:%d.%m.%Y}."
            )
        return values


def _places(
    classes: list[SchoolClass], *, grade: int | None, is_school: bool
) -> list[tuple[str, str]]:
    """Classes of a school and its parallels as a whole; all parallels where none is known."""
    grades = sorted({one.grade for one in classes}) if is_school and classes else None
    wanted = [one for one in grades or range(1, LAST_GRADE + 1) if grade in (None, one)]
    found = [(f"{one.grade}:{one.name}", one.name) for one in classes if one.grade in wanted]
    words = "класс, вся параллель" if is_school else "класс"
    return [*found, *((f"{one}:", f"{one} {words}") for one in wanted)]


class MoveForm(forms.Form):
    """The day and the lesson of a free place that was offered."""

    day = forms.DateField()
    lesson = forms.IntegerField(required=False, min_value=1, max_value=MOST_LESSONS_A_DAY)


class OrderForm(forms.Form):
    """The order by which a schedule is published."""

    number = forms.CharField(label="Номер приказа", max_length=40)
    signed_on = DayField(label="Дата приказа")


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]  # has none at run time
    """The numbers of the rules; the service keeps them as a new version."""

    class Meta:
        model = ScheduleRules
        fields = [
            "gap_days", "most_percent", "most_a_day", "least_minutes", "most_lessons", "source",
        ]  # fmt: skip


class FactsForm(forms.Form):
    """Classes and hours as lines, typed or pasted from a table; every faulty line is told."""

    classes = forms.CharField(
        label="Классы",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=f"Класс; уроков с понедельника по субботу; форма освоения. «{CLASS_LINE}»",
    )
    hours = forms.CharField(
        label="Часы предметов",
        required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=(
            "Параллель; предмет; уроков в неделю; уроков в год; стоит ли единственный урок недели "
            f"первым или последним (да, нет). Неизвестное оставьте пустым. «{HOURS_LINE}»"
        ),
    )

    def clean_classes(self) -> list[SchoolClass]:
        rows = _lines(self.cleaned_data["classes"], _class_of)
        _refuse_twice([row.name for row in rows], "класс")
        return rows

    def clean_hours(self) -> list[SubjectHours]:
        rows = _lines(self.cleaned_data["hours"], _hours_of)
        _refuse_twice([f"{row.grade} класс, {row.subject}" for row in rows], "предмет")
        return rows


def _lines(text: str, parse: Any) -> list[Any]:
    """Each line that is not empty, parsed; ValidationError with every faulty line."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(f"Строк {len(lines)}, а можно не больше {MOST_LINES}.")
    rows, faults = [], []
    for number, line in lines:
        cells = [cell.strip() for cell in re.split(r"[;\t]", line)]
        try:
            rows.append(parse([*cells, "", "", "", ""]))
        except ValueError as error:
            faults.append(f"Строка {number}, «{line.strip()[:60]}»: {error}")
    if faults:
        raise ValidationError(faults)
    return rows


def _class_of(cells: list[str]) -> SchoolClass:
    found = re.match(r"(\d{1,2})\D", f"{cells[0]} ")
    grade = int(found[1]) if found else 0
    if not 1 <= grade <= LAST_GRADE or len(cells[0]) > 12:
        raise ValueError(f"нужен класс вида «5А», от 1 до {LAST_GRADE}, до 12 знаков.")
    days = [_whole(day, "число уроков", most=MOST_LESSONS_A_DAY) for day in cells[1].split()]
    if days and len(days) != 6:
        raise ValueError(f"нужно 6 чисел, с понедельника по субботу, а здесь {len(days)}.")
    form = cells[2][:40] or "очная"
    return SchoolClass(name=cells[0], grade=grade, lessons=days, form=form)


def _hours_of(cells: list[str]) -> SubjectHours:
    grade = _whole(cells[0], "параллель", most=LAST_GRADE)
    if not grade or not cells[1] or len(cells[1]) > 80:
        raise ValueError("нужны параллель и предмет, до 80 знаков.")
    weekly = cells[2].replace(",", ".")
    if weekly and not re.fullmatch(r"\d{1,2}(\.\d)?", weekly):
        raise ValueError(f"уроков в неделю нужно число вида 5 или 0,5, а здесь «{cells[2]}».")
    if cells[4].lower() not in EDGE_WORDS:
        raise ValueError(f"о крае расписания нужно «да» или «нет», а здесь «{cells[4]}».")
    return SubjectHours(
        grade=grade,
        subject=cells[1],
        weekly=weekly or None,
        yearly=_whole(cells[3], "уроков в год", most=2000) if cells[3] else None,
        at_edge=EDGE_WORDS[cells[4].lower()],
    )


def _whole(text: str, what: str, *, most: int) -> int:
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or int(text) > most:
        raise ValueError(f"{what}: нужно целое число до {most}, а здесь «{text}».")
    return int(text)


def _refuse_twice(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValidationError(f"Назван дважды {what}: {', '.join(twice)}. Оставьте одну строку.")


def facts_text(classes: list[SchoolClass], hours: list[SubjectHours]) -> dict[str, str]:
    """What the form shows of the facts that are known: the lines it would read back."""
    edge = {value: word for word, value in EDGE_WORDS.items()}
    return {
        "classes": "\n".join(
            f"{row.name}; {' '.join(map(str, row.lessons))}; {row.form}" for row in classes
        ),
        "hours": "\n".join(
            f"{row.grade}; {row.subject}; {_shown(row.weekly)}; {_shown(row.yearly)}; "
            f"{edge[row.at_edge]}"
            for row in hours
        ),
    }


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{float(value):g}".replace(".", ",")
