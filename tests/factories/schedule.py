"""Schedules and their lines for tests."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from procedures.models import Schedule, ScheduleEntry, SchoolClass


class ScheduleFactory(DjangoModelFactory[Schedule]):
    """A draft of 2026/27."""

    class Meta:
        model = Schedule

    year = 2027
    version = 1


class PublishedFactory(ScheduleFactory):
    """A schedule in force by order № 1."""

    state = Schedule.State.APPROVED
    order_number = "1"
    order_date = datetime.date(2026, 9, 10)
    published_at = factory.LazyFunction(timezone.now)


class EntryFactory(DjangoModelFactory[ScheduleEntry]):
    """A test in mathematics of class 5А on Monday, 5 October 2026, the third lesson."""

    class Meta:
        model = ScheduleEntry

    level = "school"
    title = "Контрольная работа"
    subject = "Математика"
    grade = 5
    class_name = "5А"
    day = datetime.date(2026, 10, 5)
    lesson = 3
    minutes = 45


class SchoolClassFactory(DjangoModelFactory[SchoolClass]):
    """Class 5А with six lessons Monday to Friday."""

    class Meta:
        model = SchoolClass

    year = 2027
    name = "5А"
    grade = 5
    lessons = factory.LazyFunction(lambda: [6, 6, 6, 6, 6, 0])
