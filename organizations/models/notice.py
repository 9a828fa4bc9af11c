"""What one person is told: kept in their inbox, and for what cannot wait sent by a letter."""

import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from organizations.access import Viewer
from organizations.models.organization import Organization
from organizations.models.user import Membership, Substitution, User


class Urgency(models.TextChoices):
    """How soon a letter brings a notice."""

    IMMEDIATE = "immediate", "письмом сразу"
    DIGEST = "digest", "письмом в 8:00"
    QUIET = "quiet", "только на портале"


# What a notice may be about, in the order of the digest: its words, how soon a letter brings it.
# At once only a return, a refusal and a deadline of today; more letters would not be read.
NOTICE_KINDS: dict[str, tuple[str, Urgency]] = {
    "deadline.today": ("Срок сегодня", Urgency.IMMEDIATE),
    "execution.returned": ("Отчёт возвращён с замечанием", Urgency.IMMEDIATE),
    "deadline.passed": ("Срок прошёл", Urgency.DIGEST),
    "escalation": ("Просрочено уровнем ниже", Urgency.DIGEST),
    "deadline.control": ("Подошла контрольная точка", Urgency.DIGEST),
    "deadline.soon": ("Срок подходит", Urgency.DIGEST),
    "execution.postponed": ("Решено о переносе срока", Urgency.DIGEST),
    "execution.sent": ("Отчёт ждёт вашей приёмки", Urgency.DIGEST),
    "meeting.invited": ("Приглашение на совещание", Urgency.DIGEST),
    "meeting.changed": ("Совещание изменено", Urgency.DIGEST),
    "meeting.cancelled": ("Совещание отменено", Urgency.DIGEST),
    "roadmap.passed_on": ("Пришла дорожная карта", Urgency.DIGEST),
    "roadmap.approved": ("Дорожная карта утверждена", Urgency.DIGEST),
    "roadmap.superseded": ("Дорожная карта заменена", Urgency.DIGEST),
    "schedule.missing": ("График процедур не опубликован", Urgency.DIGEST),
    "protocol.due": ("Подходит срок протокола", Urgency.DIGEST),
    "protocol.overdue": ("Срок протокола прошёл", Urgency.DIGEST),
    "protocol.digest": ("Школы не сдали протоколы", Urgency.DIGEST),
    "reopening.asked": ("Школа просит открыть приём", Urgency.DIGEST),
    "reopening.decided": ("Решено, открыт ли приём", Urgency.DIGEST),
    "campaign.asked": ("Нужны отметки по журналу", Urgency.DIGEST),
    "case.opened": ("Школу просят ответить на сигнал", Urgency.DIGEST),
    "case.due": ("Подходит срок ответа на сигнал", Urgency.DIGEST),
    "case.overdue": ("Срок ответа на сигнал прошёл", Urgency.DIGEST),
    "case.answered": ("Школа ответила на сигнал", Urgency.DIGEST),
    "case.rechecking": ("Назначена перепроверка работ", Urgency.DIGEST),
    "case.decided": ("Решено о сигнале", Urgency.DIGEST),
    "case.appealed": ("Школа обжаловала решение", Urgency.DIGEST),
    "case.reopened": ("Сигнал стал сильнее снятого", Urgency.DIGEST),
    "case.faded": ("Расчёт больше не находит сигнала", Urgency.DIGEST),
    "case.digest": ("Дела по сигналам ждут", Urgency.DIGEST),
    "holding.drawn": ("Школа выбрана жребием", Urgency.DIGEST),
    "holding.sent": ("Вы направлены наблюдать", Urgency.DIGEST),
    "execution.accepted": ("Отчёт принят", Urgency.QUIET),
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """One's own notices: nobody reads another person's."""
        return self.none() if viewer is None else self.filter(user_id=viewer.user_id)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def due(self, now: datetime.datetime) -> Self:
        """Whose letter is to be sent now; what was read meanwhile needs none."""
        return self.unread().filter(mail_state=Notice.Mail.DUE, next_try_at__lte=now)

    def unreachable(self, today: datetime.date) -> Self:
        """Whose person may not be written to: moved, blocked, no longer standing in, no address."""
        place = {"organization": OuterRef("organization")}
        works = Membership.objects.current().filter(user=OuterRef("user"), **place)
        stands_in = Substitution.objects.on(today).filter(
            substitute=OuterRef("user"), membership__organization=OuterRef("organization")
        )
        belongs = Exists(works) | Exists(stands_in)
        return self.exclude(belongs, ~Q(user__email=""), user__is_active=True)


class Notice(models.Model):
    """One thing one person is told once, and what became of the letter about it.

    `organization` is where the person works, or stands in, for whose sake they are told. `key`
    names the duty: whoever is told of the same thing again gets no second notice.
    """

    class Mail(models.TextChoices):
        NONE = "none", "без письма"
        DUE = "due", "ждёт отправки"
        SENT = "sent", "отправлено"
        FAILED = "failed", "не ушло"

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    subject = models.CharField("о чём", max_length=200)
    text = models.TextField("подробности", blank=True)
    url = models.CharField("страница", max_length=400)
    urgency = models.CharField(max_length=10, choices=Urgency)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_state = models.CharField(max_length=8, choices=Mail, default=Mail.NONE)
    attempts = models.PositiveSmallIntegerField("неудачных попыток", default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "уведомление"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="notice_told_once", fields=["user", "key"]),
            models.CheckConstraint(
                name="notice_url_inside_the_portal",
                # Browsers read «//» and «/\» as the beginning of another site's address.
                condition=Q(url__regex=r"^/([^/\\]|$)"),
                violation_error_message="Уведомление ведёт только на страницу портала.",
            ),
            models.CheckConstraint(
                name="notice_sent_has_its_moment",
                condition=Q(mail_state="sent", sent_at__isnull=False)
                | (~Q(mail_state="sent") & Q(sent_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_inbox"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["next_try_at"], name="notice_due", condition=Q(mail_state="due")),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def about(self) -> str:
        """What kind of thing it is, in words."""
        return NOTICE_KINDS[self.kind][0]
