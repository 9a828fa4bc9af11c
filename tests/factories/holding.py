"""Registrations, draws, observers and checkers for tests."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from procedures.assignment import METHOD
from procedures.checklists import CHECKLISTS, CURRENT
from procedures.models import (
    Assignment,
    Candidate,
    Draw,
    DrawnSchool,
    Observation,
    Registration,
    Staffing,
    StaffKind,
)
from procedures.sampling import ALGORITHM


class RegistrationFactory(DjangoModelFactory[Registration]):
    """A school that takes no part in the work."""

    class Meta:
        model = Registration

    organization: factory.Factory
    work: factory.Factory
    state = Registration.State.ABSENT
    reason = "нет параллели"


class DrawFactory(DjangoModelFactory[Draw]):
    """A published draw of one school without strata; give its organization and frame."""

    class Meta:
        model = Draw

    organization: factory.Factory
    title = "ВПР с контролем объективности"
    year = 2026
    number = 1
    size = 1
    traits = factory.LazyFunction(list)
    frame = factory.LazyFunction(list)
    frame_sha256 = "0" * 64
    seed = 1
    algorithm = ALGORITHM
    published_at = factory.LazyFunction(timezone.now)


class DrawnSchoolFactory(DjangoModelFactory[DrawnSchool]):
    class Meta:
        model = DrawnSchool

    draw: factory.Factory
    organization: factory.Factory
    stratum = "все школы"
    place = 1
    is_reserve = False
    probability = 1.0


class CandidateFactory(DjangoModelFactory[Candidate]):
    """An observer known by a post."""

    class Meta:
        model = Candidate

    organization: factory.Factory
    kind = StaffKind.OBSERVER
    post = "учитель физики"


class StaffingFactory(DjangoModelFactory[Staffing]):
    """A proposal of observers without places."""

    class Meta:
        model = Staffing

    organization: factory.Factory
    work: factory.Factory
    kind = StaffKind.OBSERVER
    method = METHOD
    is_proven = True


class AssignmentFactory(DjangoModelFactory[Assignment]):
    class Meta:
        model = Assignment

    staffing: factory.Factory
    organization: factory.Factory
    held_on = datetime.date(2026, 4, 20)
    place = 1


class ObservationFactory(DjangoModelFactory[Observation]):
    """A protocol without remarks that waits to be read."""

    class Meta:
        model = Observation

    organization: factory.Factory
    work: factory.Factory
    class_name = "4А"
    room = "12"
    held_on = datetime.date(2026, 4, 20)
    checklist = CURRENT
    answers = factory.LazyFunction(
        lambda: {question.code: question.expected for question in CHECKLISTS[CURRENT]}
    )
