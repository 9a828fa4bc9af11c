"""Part 6: what is not known and why, and how the numbers were made."""

from collections.abc import Iterator

from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import NBSP, counted, listed
from organizations.models import Organization
from procedures.models import Work
from reports.content import Section, Sentence, Table
from reports.passages.words import held, work_name
from reports.queries.year import Year

FDR = "Benjamini, Hochberg (1995)"
FUNNEL = "Spiegelhalter (2005)"
WORKS = ("работе", "работам", "работам")


def section(year: Year, place: Organization) -> Section:
    notes = tuple(Sentence(note) for note in _notes(year, place))
    return Section("6", "Что неизвестно и как посчитано", (*notes, _method(year)))


def _notes(year: Year, place: Organization) -> Iterator[str]:
    works = held(year, place)
    if silent := [work for work in works if not year.intake(place, work).accepted]:
        yield _of_works(silent, "результатов нет: протоколы не приняты")
    waiting = [work for work in works
               if year.intake(place, work).accepted and not year.mean(place, work)]  # fmt: skip
    if waiting:
        yield _of_works(waiting, "протоколы приняты, но показатели ещё не посчитаны")
    if unscaled := [work for work in works if work.pk not in year.borders]:
        yield _of_works(unscaled, "отметок нет: шкала перевода баллов не заведена")
    yield (
        f"Числа, за{NBSP}которыми стоит меньше {MIN_PUPILS} учеников, не{NBSP}показаны, чтобы "
        f"по{NBSP}ним нельзя было узнать отдельного ученика."
    )
    yield (
        "Промежутки учитывают случайный разброс учеников, но не различия классов и учителей: "
        "настоящая неопределённость шире."
    )
    yield "Текст собран порталом из чисел. Выводы и решения по ним формулируют люди."


def _of_works(works: list[Work], what: str) -> str:
    names = listed([work_name(work) for work in works])
    return f"По{NBSP}{counted(len(works), *WORKS)} {what}: {names}."


def _method(year: Year) -> Table:
    versions = ", ".join(sorted(year.method_versions)) or "ещё не считались"
    rows = (
        ("Средний процент", "сумма баллов к наибольшей возможной; промежуток Стьюдента, 95 %"),
        ("Отметки", "по новейшей шкале работы; доли среди учеников с отметкой"),
        ("Дополнительный анализ", "по итогу года: независимые признаки всех работ вместе"),
        ("Внимание", f"отдельное число, с поправкой на множество проверок: {FDR}"),
        ("Границы воронки", f"95 и 99,8 %, расширены на честный разброс школ: {FUNNEL}"),
        ("Версии методов", versions),
    )
    return Table("Как посчитано", ("Что", "Как"), rows, align="ll")
