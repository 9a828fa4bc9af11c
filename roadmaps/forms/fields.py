"""Fields of this app's forms."""

from typing import Any

from django import forms
from django.conf import settings

from organizations.access import ROLE_TITLES, Role
from organizations.models import Membership
from roadmaps.models import Roadmap
from roadmaps.queries.meetings import MOST_PEOPLE

MOST_KEY = 2**63 - 1
MOST_REPORT = 5000  # signs; a page of text is about 2500
MOST_FILES = 10


class File(forms.FileInput):  # the template knows the box of a file by this name
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each not larger than the portal takes."""

    widget = File

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(FilesField, self).clean(one, initial) for one in data or []]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"Выбрано {len(files)}, за раз можно {MOST_FILES}.")
        for file in files:
            if file.size > settings.UPLOAD_MOST_BYTES:
                most = settings.UPLOAD_MOST_BYTES // 2**20
                raise forms.ValidationError(f"«{file.name}» больше {most} МБ. Сожмите картинки.")
        return files


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # has none at run time
    """Several members of an organization, each told with what they are there."""

    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.full_name}, {obj.position or ROLE_TITLES[Role(obj.role)]}"


class TimeField(forms.TimeField):
    """A time of the day picked in the browser's own field, or typed as 10:00."""

    def __init__(self, *, label: str, required: bool = True) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(label=label, required=required, widget=widget)
        self.error_messages["invalid"] = "Нужно время вида 10:00."


class NumberField(forms.IntegerField):
    """How many people: none is 0, not known is empty."""

    def __init__(self, *, label: str, required: bool = True) -> None:
        most = {"max_value": f"Не больше {MOST_PEOPLE} человек от одной организации."}
        super().__init__(
            label=label, required=required, min_value=0, max_value=MOST_PEOPLE,
            error_messages={
                "required": "Напишите, сколько человек придёт: 0, если никто.",
                "invalid": f"Нужно целое число от 0 до {MOST_PEOPLE}.",
                "min_value": "Меньше нуля людей не бывает. Напишите 0, если никто не придёт.",
                **most,
            },
        )  # fmt: skip


class PlanField(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    """One plan of a list, told with its owner and its order."""

    def label_from_instance(self, obj: Roadmap) -> str:
        number = f", приказ № {obj.order.number}" if obj.order and obj.order.number else ""
        return f"{obj.owner.short_name}{number}: {obj.title}"[:160]
