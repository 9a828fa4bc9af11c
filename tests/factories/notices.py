"""Notices for tests."""

import factory
from factory.django import DjangoModelFactory

from organizations.models import Notice


class NoticeFactory(DjangoModelFactory[Notice]):
    """An unread notice of the digest; give the person, and the organization they act for."""

    class Meta:
        model = Notice

    organization = factory.LazyAttribute(lambda o: o.user.memberships.get(until=None).organization)
    kind = "deadline.soon"
    key = factory.Sequence(lambda n: f"duty {n}")
    subject = factory.Sequence(lambda n: f"Пункт {n}")
    url = "/roadmaps/"
    urgency = "digest"
    mail_state = "due"
