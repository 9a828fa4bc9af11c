"""A person's calendar address."""

from django.db import models

from organizations.models import User


class CalendarFeed(models.Model):
    """The secret address of a person's deadlines; only its digest is kept."""

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "личный календарь"

    def __str__(self) -> str:
        return f"Календарь: {self.user}"
