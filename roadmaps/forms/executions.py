"""What an organization hands in: reports, proofs, notes, moves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.forms.utils import ErrorList

from organizations.forms.fields import DayField
from organizations.models import Document, Membership, User
from roadmaps.forms.fields import MOST_FILES, MOST_REPORT, FilesField
from roadmaps.models import Outcome
from roadmaps.queries import Column
from roadmaps.services.evidence import Proof

# What a proof may be on paper; the word begins its title.
PAPERS = (
    "Приказ", "Протокол", "Справка", "План", "График", "Программа", "Отчёт", "Лист регистрации",
    "Удостоверение", "Публикация на сайте", "Снимок", "Другой документ",
)  # fmt: skip


KNOWN_PROOFS = 30  # as many are offered to be attached again


class ReportForm(forms.Form):
    """What came of an item, in words, with one more proof or several files of it."""

    outcome = forms.TypedChoiceField(
        label="Итог", choices=Outcome.choices, coerce=Outcome, initial=Outcome.DONE,
        empty_value=Outcome.DONE, required=False,
    )  # fmt: skip
    text = forms.CharField(
        label="Что сделано, обоснование или основание переноса",
        required=False,
        max_length=MOST_REPORT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Когда, с кем, какой получился документ.",
    )
    postpone_to = DayField(
        label="Перенести на", required=False, help_text="Только если просите перенести срок."
    )
    evidence = forms.TypedMultipleChoiceField(
        label="Уже приложено к другим пунктам",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Этого документа нет среди ваших. Обновите страницу."},
    )
    paper = forms.ChoiceField(
        label="Новое подтверждение",
        choices=[("", "выберите вид"), *((one, one) for one in PAPERS)],
        required=False,
    )
    about = forms.CharField(label="О чём", max_length=300, required=False)
    number = forms.CharField(label="Номер", max_length=40, required=False)
    signed_on = DayField(label="Дата документа", required=False)
    file = FilesField(
        label="Файлы",
        required=False,
        help_text=f"PDF, DOCX, XLSX или снимок JPG, PNG, не больше {MOST_FILES} за раз.",
    )
    link = forms.URLField(
        label="Или адрес на сайте",
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        error_messages={"invalid": "Нужен адрес вида https://пример.рф/страница."},
    )

    REPORT = ("outcome", "text", "postpone_to")
    PROOF = ("paper", "about", "number", "signed_on", "file", "link")

    def __init__(
        self,
        *args: Any,
        known: Sequence[Document] = (),
        needed: Mapping[Outcome, str],
        is_draft: bool = False,
        **kwargs: Any,
    ) -> None:
        """`known` are proofs that may be attached again; of a draft nothing is asked."""
        super().__init__(*args, **kwargs)
        self._known = {proof.pk: proof for proof in known}
        self._is_draft = is_draft
        text, asked = self.fields["text"], self.data.get("outcome", "")
        text.required = not is_draft
        text.error_messages["required"] = needed.get(asked, needed[Outcome.DONE])
        choices = [(proof.pk, _requisites(proof)) for proof in known]
        self.fields["evidence"].choices = choices  # type: ignore[attr-defined]  # a field of choices

    def clean(self) -> dict[str, Any]:
        if not self._is_draft and not self.errors:
            self._check_report()
        self._check_proof()
        return self.cleaned_data

    def _check_report(self) -> None:
        outcome: Outcome = self.cleaned_data["outcome"]
        if outcome == Outcome.POSTPONEMENT and not self.cleaned_data["postpone_to"]:
            self.add_error("postpone_to", "Назовите день, на который перенести срок.")

    def _check_proof(self) -> None:
        given = {name for name in self.PROOF if self.cleaned_data.get(name)}
        if given and "paper" not in given:
            self.add_error("paper", "Назовите вид документа.")
        if given and not given & {"file", "link", "number"} and not self.errors:
            self.add_error("file", "Выберите файл или укажите адрес либо номер документа.")

    @property
    def faulty(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """What the summary above the fields is made of."""
        return [(self[name], self[name].errors) for name in self.fields]

    @property
    def typed(self) -> dict[str, Any]:
        """The report as services take it."""
        return {name: self.cleaned_data[name] for name in self.REPORT} | {
            "evidence": [self._known[pk] for pk in self.cleaned_data["evidence"]],
            "proofs": list(self._proofs()),
        }

    def _proofs(self) -> Iterator[Proof]:
        typed = self.cleaned_data
        if not typed["paper"]:
            return
        title = f"{typed['paper']}: {typed['about']}" if typed["about"] else typed["paper"]
        one = Proof(title, typed["number"], typed["signed_on"], typed["link"])
        for file in typed["file"]:
            yield replace(one, name=file.name, content=file.read())
        if not typed["file"]:
            yield one


def _requisites(proof: Document) -> str:
    number = f" № {proof.number}" if proof.number else ""
    return f"{proof.title}{number}" + (f" от {proof.signed_on:%d.%m.%Y}" if proof.signed_on else "")


class VersionForm(forms.Form):
    """A corrected file of a proof."""

    file = forms.FileField(
        label="Исправленный файл", error_messages={"required": "Выберите исправленный файл."}
    )


class TellForm(forms.Form):
    """How a long item goes."""

    note = forms.CharField(
        label="Что сделано к этому дню",
        max_length=MOST_REPORT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Напишите, что сделано к контрольной точке."},
    )


class HolderForm(forms.Form):
    """Who carries an item out."""

    holder = forms.TypedChoiceField(
        label="Кто исполняет", coerce=int, empty_value=None, required=False,
        error_messages={"invalid_choice": "Выберите человека из списка."},
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {one.user_id: one.user for one in people}
        named = [(pk, person.full_name) for pk, person in self._people.items()]
        self.fields["holder"].choices = [("", "не назначен"), *named]  # type: ignore[attr-defined]  # a field of choices

    @property
    def person(self) -> User | None:
        return self._people.get(self.cleaned_data["holder"])


class PostponeForm(forms.Form):
    """A term moved by the level above."""

    until = DayField(label="Новый срок")
    ground = forms.CharField(
        label="Основание",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Напишите основание переноса: без него срок не переносят."},
    )


class MoveForm(forms.Form):
    """Where a card of the board is brought."""

    to = forms.TypedChoiceField(choices=[(one.value, one.value) for one in Column], coerce=Column)
    read = forms.CharField(max_length=40, required=False)
