"""The one workflow of everything that is handed in and accepted."""

from django.db import models

from organizations.models.user import User


class State(models.TextChoices):
    DRAFT = "draft", "черновик"
    SENT = "sent", "ждёт приёмки"
    RETURNED = "returned", "возвращено"
    ACCEPTED = "accepted", "принято"


# From a state to the states it may become; services/submissions.py is the only code that moves it.
MOVES = {
    State.DRAFT: {State.SENT},
    State.SENT: {State.SENT, State.RETURNED, State.ACCEPTED},
    State.RETURNED: {State.SENT},
    State.ACCEPTED: {State.SENT, State.DRAFT},
}


class Submission(models.Model):
    """What is handed in by one level and accepted or returned with a remark by the level above."""

    state = models.CharField("состояние", max_length=10, choices=State, default=State.DRAFT)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    remark = models.TextField("замечание", blank=True)

    class Meta:
        abstract = True
