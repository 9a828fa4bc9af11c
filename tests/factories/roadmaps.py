"""Plans, their items and the reports on them for tests."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from organizations.models import DocumentKind, State
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.services.assignment import assign
from roadmaps.terms import TermKind
from tests.factories.documents import DocumentFactory
from tests.factories.organizations import OrganizationFactory


class RoadmapFactory(DjangoModelFactory[Roadmap]):
    """A plan in force for the school year 2025/26, by an order with a number and a date."""

    class Meta:
        model = Roadmap

    owner = factory.SubFactory(OrganizationFactory)
    order = factory.SubFactory(
        DocumentFactory,
        organization=factory.SelfAttribute("..owner"),
        kind=DocumentKind.ORDER,
        title="О дорожной карте",
        number=factory.Sequence(lambda n: f"{100 + n}"),
        signed_on=datetime.date(2025, 6, 30),
        issuer="Министерство образования",
        state=State.DRAFT,
        sent_at=None,
    )
    title = factory.Sequence(lambda n: f"План {n}")
    status = Roadmap.Status.APPROVED
    starts_on = datetime.date(2025, 8, 1)
    ends_on = datetime.date(2026, 8, 31)


class ItemFactory(DjangoModelFactory[Item]):
    """An item for October 2025; give the roadmap, and `bodies` as codes."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    roadmap = factory.SubFactory(RoadmapFactory)
    position = factory.Sequence(lambda n: n % 30_000 + 1)
    number = factory.LazyAttribute(lambda o: str(o.position))
    title = factory.LazyAttribute(lambda o: f"Мероприятие {o.number}")
    term_text = "октябрь 2025 г."
    term_kind = TermKind.PERIOD
    starts_on = datetime.date(2025, 10, 1)
    ends_on = datetime.date(2025, 10, 31)

    @factory.post_generation
    def bodies(self, create, extracted, **kwargs):
        for position, code in enumerate(extracted or ["mouo"], start=1):
            Responsible.objects.create(item=self, position=position, text=code, body=code)
        if self.roadmap.status == Roadmap.Status.APPROVED:
            assign(self.roadmap)


class ExecutionFactory(DjangoModelFactory[Execution]):
    """A report that waits for acceptance; give the item and the organization."""

    class Meta:
        model = Execution

    item = factory.SubFactory(ItemFactory)
    organization = factory.SubFactory(OrganizationFactory)
    report = "Провели совещание."
    state = State.SENT
    sent_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """The execution is there already when the organization owes the item."""
        place = {"item": kwargs.pop("item"), "organization": kwargs.pop("organization")}
        return model_class.objects.update_or_create(**place, defaults=kwargs)[0]
