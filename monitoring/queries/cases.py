"""Reads of cases: the lists, the three texts that always stand together, the course of a case."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from monitoring.models import Case, CaseDecision, Signal
from monitoring.models.case import CaseQuerySet
from monitoring.models.signal import oldest_standing
from monitoring.rechecks import Found, found
from monitoring.stats.disclosure import publishable
from monitoring.stats.recheck import drawn_size
from monitoring.wording import counted
from organizations.access import Permission, Role, Viewer
from organizations.models import Level, Notice, Organization
from organizations.templatetags.ru import day
from procedures.models import Result, Work

S, D = Case.State, CaseDecision.Outcome
OPEN = (S.AWAITING, S.ANSWERED, S.RECHECKING, S.APPEALED)
# Decided: the name of its shape (static/img/shapes.svg); the word is the outcome's own.
SHAPES = {D.CLEARED: "cleared", D.WATCHED: "watch", D.CONFIRMED: "signal"}
OF_TIER = {Signal.Tier.RED: "signal", Signal.Tier.AMBER: "watch"}
STATE_SHAPES = {
    S.AWAITING: "planned", S.ANSWERED: "work", S.RECHECKING: "work", S.DECIDED: "accepted",
    S.APPEALED: "doubt", S.EXPIRED: "cleared",
}  # fmt: skip


def cases(
    viewer: Viewer, *, year: int | None = None, state: str = "", municipality: str = ""
) -> CaseQuerySet:
    """The cases the viewer may see, by the school's name."""
    asked = {"year": year, "state": state, "organization__parent__code": municipality}
    rows = Case.objects.visible_to(viewer).filter(**{k: v for k, v in asked.items() if v})
    return rows.order_by("organization__short_name", "organization__pk", "-year", "-serial")


def years_of(viewer: Viewer) -> list[int]:
    """The years of which the viewer sees cases, the newest first."""
    rows = Case.objects.visible_to(viewer).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


def case_of(school: Organization, viewer: Viewer, year: int | None = None) -> Case | None:
    """The school's newest case of a year, or of all, if the viewer may see it. Six queries."""
    rows = Case.objects.visible_to(viewer).whole().filter(organization=school)
    if year is not None:
        rows = rows.filter(year=year)
    return rows.order_by("-year", "-serial").first()


def earlier_cases(case: Case) -> QuerySet[Case]:
    """The school's cases of the years before and the earlier of this one, the oldest first."""
    before = Q(year__lt=case.year) | Q(year=case.year, serial__lt=case.serial)
    rows = Case.objects.filter(before, organization=case.organization_id)
    rows = rows.select_related("explanation", "appeal").prefetch_related("decisions__decided_by")
    return rows.order_by("year", "serial")


def is_cleared() -> Q:
    """Whether the last word on a case is that the signal is taken back. To filter `Case` by."""
    return _ruled(D.CLEARED)


def taken_back() -> Exists:
    """Whether the last decision takes a signal back. To filter `Signal` by.

    What was said of attention does not answer a signal that came later.
    """
    answered = Q(tier=OuterRef("tier")) | Q(tier=Signal.Tier.RED)
    return Exists(_cases_of_signal().filter(answered, _ruled(D.CLEARED)))


def is_out() -> Q:
    """Whether a signal no longer counts: it was taken back or has gone out. To filter `Signal` by.

    A signal nobody confirmed goes out with its term, whether or not it ever had a case.
    """
    is_over = Q(year__lt=oldest_standing(timezone.localdate()))
    is_confirmed = Exists(_cases_of_signal().filter(_ruled(D.CONFIRMED)))
    has_expired = Exists(_cases_of_signal().filter(state=S.EXPIRED))
    return Q(taken_back()) | Q(has_expired) | Q(is_over, ~is_confirmed)


def _cases_of_signal() -> QuerySet[Case]:
    current = Case.objects.current()
    return current.filter(organization=OuterRef("organization"), year=OuterRef("year"))


def _ruled(outcome: CaseDecision.Outcome) -> Q:
    """The cases whose last decision is this one."""
    made = CaseDecision.objects.filter(case=OuterRef("pk"))
    on_appeal = made.filter(is_on_appeal=True)
    first = ~Exists(on_appeal) & Exists(made.filter(outcome=outcome))
    return Q(Exists(on_appeal.filter(outcome=outcome)) | first)


def is_outgrown() -> Exists:
    """Whether a signal is stronger than the one its school was cleared of: a filter of `Signal`."""
    weaker = ~Q(tier=OuterRef("tier")) & ~Q(tier=Signal.Tier.RED)
    return Exists(_cases_of_signal().filter(weaker, is_cleared(), state=S.DECIDED))


def gone_out(school: Organization, viewer: Viewer) -> dict[int, str]:
    """Years whose signal no longer counts → the words why: «сигнал снят», «сигнал погас».

    In a matrix of findings such a year's signals are drawn with the shape `cleared`. Three queries.
    """
    up = Signal.objects.visible_to(viewer).filter(tier__in=OF_TIER, organization=school)
    out = up.filter(is_out()).order_by()
    rows = Case.objects.visible_to(viewer).current().filter(organization=school)
    cases = {case.year: case for case in rows.prefetch_related("decisions")}
    return {year: _gone(cases.get(year)) for year in out.values_list("year", flat=True)}


def _gone(case: Case | None) -> str:
    is_cleared = case and case.last_decision and case.last_decision.outcome == D.CLEARED
    return "сигнал снят" if is_cleared else "сигнал погас"


@dataclass(frozen=True)
class Standing:
    """How a case is shown where there is room for a shape and a word."""

    shape: str
    word: str


def standing(case: Case) -> Standing:
    """What is decided is shown instead of what was computed."""
    if case.state == S.EXPIRED:
        return Standing("cleared", "сигнал погас")
    if case.state == S.DECIDED and case.last_decision:
        outcome = D(case.last_decision.outcome)
        return Standing(SHAPES[outcome], f"сигнал {outcome.label}" if outcome != D.WATCHED
                        else outcome.label)  # fmt: skip
    return Standing(STATE_SHAPES[S(case.state)], str(S(case.state).label))


@dataclass(frozen=True)
class Text:
    """One of the texts of a case: whose it is, what it says, by whom and when; "" if not yet."""

    title: str
    words: str
    by: str
    state: Standing | None = None

    @property
    def line(self) -> str:
        """The whole text in one line, as a table carries it."""
        said = f"{self.state.word}. {self.words}" if self.state and self.words else self.words
        return f"{said} ({self.by})" if said and self.by else said


@dataclass(frozen=True)
class Texts:
    """What never goes apart: on a page, on paper, in a table, in the API."""

    signal: Text
    answer: Text
    decision: Text
    appeal: Text | None
    second: Text | None

    def __iter__(self) -> Iterator[Text]:
        always = (self.signal, self.answer, self.decision)
        return iter((*always, *(one for one in (self.appeal, self.second) if one)))


def texts(case: Case) -> Texts:
    """The texts of a case read with `whole`; no queries."""
    appeal = getattr(case, "appeal", None)
    first, second = case.first_decision, case.second_decision
    return Texts(
        signal=_signal(case),
        answer=_answer(case),
        decision=_decision(case, first, "Решение"),
        appeal=Text("Жалоба школы", appeal.text, day(appeal.filed_at)) if appeal else None,
        second=_decision(case, second, "Решение по жалобе") if appeal else None,
    )


def _signal(case: Case) -> Text:
    shape = OF_TIER.get(Signal.Tier(case.tier))
    state = Standing(shape, str(case.get_tier_display())) if shape else None
    said = " ".join([case.ground, *case.sentences] if case.ground else case.sentences)
    version = f", расчёт {case.method_version}" if case.method_version else ""
    return Text("Сигнал", said, f"{day(case.opened_at)}{version}", state)


def _answer(case: Case) -> Text:
    answer = case.answer
    if answer is None:
        return Text("Ответ школы", "", "")
    said = f"{answer.text} Школа предлагает: {answer.get_proposal_display()}."
    return Text("Ответ школы", said, day(answer.sent_at))


def _decision(case: Case, made: CaseDecision | None, title: str) -> Text:
    if made is None:
        return Text(title, "", "")
    outcome = D(made.outcome)
    state = Standing(SHAPES[outcome], str(outcome.label))
    return Text(
        title, made.motivation, f"{made.decided_by.full_name}, {day(made.decided_at)}", state
    )


@dataclass(frozen=True)
class Step:
    """One step of a case: its shape, what happened or is to happen, and more of it."""

    shape: str
    title: str
    note: str
    is_ahead: bool = False
    word: str = ""


def course(case: Case) -> list[Step]:
    """How the case went and what is ahead, the oldest first. Three queries."""
    return [
        *_years_before(case), _opened(case), *_read(case), *_of_answer(case), *_of_recheck(case),
        *_of_decisions(case), *_of_end(case),
    ]  # fmt: skip


def _years_before(case: Case) -> Iterator[Step]:
    for one in earlier_cases(case):
        stands = standing(one)
        said = _said(one) if one.year == case.year else []
        note = " ".join([f"Дело № {one.number}.", *said]) if said else f"Дело № {one.number}"
        yield Step(stands.shape, f"{one.year}: {stands.word}", note)


def _said(case: Case) -> list[str]:
    """The texts of an earlier case, each after its title."""
    return [f"{text.title}: {text.line}." for text in texts(case) if text.line]


def _opened(case: Case) -> Step:
    shape = OF_TIER.get(Signal.Tier(case.tier), "doubt")
    word = str(case.get_tier_display()) if case.tier in OF_TIER else "дело открыто"
    grown = ["Сигнал стал сильнее, чем в прежнем деле."] if case.follows_id else []
    note = f"Расчёт {case.method_version}" if case.method_version else case.ground
    return Step(shape, f"{day(case.opened_at)}: {word}", " ".join([*grown, note, *_since(case)]))


def _since(case: Case) -> Iterator[str]:
    """What the numbers have come to after the case was opened, if it is something else."""
    now = Signal.objects.filter(organization=case.organization_id, year=case.year).first()
    if now is None and case.tier in OF_TIER:
        yield "Последний расчёт: сигнала нет."
    elif now is not None and now.tier != case.tier:
        yield f"Последний расчёт: {now.get_tier_display()}."


def _read(case: Case) -> Iterator[Step]:
    """When somebody of the school opened the notice of the case."""
    told = Notice.objects.filter(key=f"case.opened:{case.pk}", read_at__isnull=False)
    if at := told.aggregate(first=Min("read_at"))["first"]:
        yield Step("done", f"{day(at)}: школа прочитала", "")


def _of_answer(case: Case) -> Iterator[Step]:
    if answer := case.answer:
        yield Step("done", f"{day(answer.sent_at)}: школа ответила", answer.get_proposal_display())
    elif case.state == S.AWAITING:
        yield _waited(case, "ответ школы")  # a draft is nobody else's
    elif case.state != S.EXPIRED:
        yield Step("few", "Школа не ответила", "")


def _of_recheck(case: Case) -> Iterator[Step]:
    recheck = getattr(case, "recheck", None)
    if recheck is None:
        if case.state == S.AWAITING:
            yield Step("planned", "Перепроверка, если понадобится",
                       "работы выберет система случайно", is_ahead=True)  # fmt: skip
        return
    size = len(recheck.works.all())
    if recheck.done_at:
        yield Step("done", f"{day(recheck.done_at)}: работы перепроверены", told(found(recheck)))
    elif case.state == S.RECHECKING:
        is_told = publishable(len(recheck.frame))
        note = f"выбрано случайно работ: {size}" if is_told else "работы выбраны случайно"
        yield _waited(case, "перепроверка", note)


def told(result: Found | None) -> str:
    return result.sentence if result else ""


def _of_decisions(case: Case) -> Iterator[Step]:
    if first := case.first_decision:
        yield _decided(first)
    elif case.state == S.ANSWERED or _is_rechecked(case):
        yield _waited(case, "решение", "снят, под наблюдением или подтверждён")
    elif case.state in (S.AWAITING, S.RECHECKING):
        yield Step("planned", "Решение", "снят, под наблюдением или подтверждён", is_ahead=True)
    if appeal := getattr(case, "appeal", None):
        yield Step("doubt", f"{day(appeal.filed_at)}: школа обжаловала", "")
    if second := case.second_decision:
        yield _decided(second)
    elif case.state == S.APPEALED:
        yield _waited(case, "решение министерства", "другой человек, чем в первый раз")


def _is_rechecked(case: Case) -> bool:
    recheck = getattr(case, "recheck", None)
    return case.state == S.RECHECKING and recheck is not None and recheck.done_at is not None


def _decided(made: CaseDecision) -> Step:
    outcome = D(made.outcome)
    by = "по жалобе, " if made.is_on_appeal else ""
    return Step(
        SHAPES[outcome],
        f"{day(made.decided_at)}: {outcome.label}",
        f"{by}{made.decided_by.full_name}",
    )


def _of_end(case: Case) -> Iterator[Step]:
    if case.state == S.EXPIRED:
        yield Step("cleared", f"{day(case.expires_on)}: сигнал погас", "не подтверждён к этому дню")
    elif may_appeal(case):
        yield Step("planned", f"До {day(case.due_on)}: обжалование", "если школа не согласна",
                   is_ahead=True)  # fmt: skip


def may_appeal(case: Case) -> bool:
    """Whether the term in which the school may disagree has not ended."""
    made = case.last_decision
    is_first = case.state == S.DECIDED and made is not None and not made.is_on_appeal
    return is_first and case.due_on is not None and timezone.localdate() <= case.due_on


def _waited(case: Case, what: str, note: str = "") -> Step:
    """The step that is waited for now: late is told, nothing else comes of it."""
    today, end = timezone.localdate(), case.due_on or timezone.localdate()
    left = (end - today).days
    words = (
        f"осталось дней: {left}"
        if left > 0
        else "сегодня"
        if left == 0
        else f"опаздывает дней: {-left}"
    )
    return Step("late" if left < 0 else "work", f"До {day(end)}: {what}",
                ", ".join(filter(None, (words, note))))  # fmt: skip


def waiting_for(viewer: Viewer, day: datetime.date | None = None) -> CaseQuerySet:
    """The cases in which the next step is the viewer's, the nearest term first.

    A school that has not answered in its term is for those above as well: they may decide without
    its answer.
    """
    rows = Case.objects.visible_to(viewer)
    if viewer.may(Permission.CASE_ANSWER) and viewer.level == Level.SCHOOL:
        rows = rows.filter(state=S.AWAITING)
    elif viewer.may(Permission.CASE_MANAGE):
        above = [S.ANSWERED, S.RECHECKING]
        # Only the ministry decides on an appeal.
        above += [S.APPEALED] * (viewer.role == Role.MINISTRY)
        silent = Q(state=S.AWAITING, due_on__lt=day or timezone.localdate())
        rows = rows.filter(Q(state__in=above) | silent)
    else:
        rows = rows.none()
    return rows.order_by("due_on", "pk")


@dataclass(frozen=True)
class Written:
    """A work of the school with how many of it can be marked anew."""

    work: Work
    number: int

    @property
    def words(self) -> str:
        works = counted(self.number, "работа", "работы", "работ")
        return f"{self.work}: {works}, по правилу {drawn_size(self.number)}"


def written(case: Case) -> list[Written]:
    """The works of the case's year in which the school has scores; that of the signal first."""
    rows = Result.objects.filter(
        organization=case.organization_id, work__year=case.year, score__isnull=False
    )
    numbers = dict(rows.order_by().values_list("work").annotate(number=Count("pk")))
    works = Work.objects.select_related("procedure").filter(pk__in=numbers)
    first = next((part["work"] for part in case.evidence if part.get("work")), "")
    found = [Written(work, numbers[work.pk]) for work in works.order_by("grade", "subject", "code")]
    return sorted(found, key=lambda one: one.work.code != first)
