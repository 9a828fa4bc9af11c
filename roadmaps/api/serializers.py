"""Rows of this app as the API shows them: flat, with codes instead of inner numbers."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from organizations.models import Document
from roadmaps.models import (
    Execution,
    Item,
    Outcome,
    Postponement,
    ProgressNote,
    Responsible,
    Roadmap,
    Section,
)
from roadmaps.queries import Standing, standing_of


class ResponsibleSerializer(serializers.ModelSerializer[Responsible]):
    class Meta:
        model = Responsible
        fields = ["text", "body"]


class SectionSerializer(serializers.ModelSerializer[Section]):
    class Meta:
        model = Section
        fields = ["number", "title"]


class ItemSerializer(serializers.ModelSerializer[Item]):
    section = serializers.CharField(source="section.number", default=None)
    responsible = ResponsibleSerializer(many=True)

    class Meta:
        model = Item
        fields = [
            "number", "section", "title", "term_text", "term_kind", "starts_on", "ends_on",
            "recurrence", "result", "responsible",
        ]  # fmt: skip


class RoadmapSerializer(serializers.ModelSerializer[Roadmap]):
    owner = serializers.CharField(source="owner.code")
    order_number = serializers.CharField(source="order.number", default=None)
    order_date = serializers.DateField(source="order.signed_on", default=None)
    order_issuer = serializers.CharField(source="order.issuer", default=None)
    item_count = serializers.IntegerField()

    class Meta:
        model = Roadmap
        fields = [
            "id", "owner", "title", "status", "order_number", "order_date", "order_issuer",
            "starts_on", "ends_on", "item_count", "updated_at",
        ]  # fmt: skip


class RoadmapDetailSerializer(RoadmapSerializer):
    sections = SectionSerializer(many=True)
    items = ItemSerializer(many=True)

    class Meta(RoadmapSerializer.Meta):
        fields = [*RoadmapSerializer.Meta.fields, "sections", "items"]


class RoadmapItemSerializer(serializers.ModelSerializer[Item]):
    """An item in a list of items: its plan, its term as printed and as read, where it stands."""

    owner = serializers.CharField(source="roadmap.owner.code")
    status = serializers.ChoiceField(source="roadmap.status", choices=Roadmap.Status.choices)
    section = serializers.CharField(source="section.number", default=None)
    bodies = serializers.SerializerMethodField(help_text="Коды ответственных через запятую.")
    control_points = serializers.SerializerMethodField(help_text="Дни через запятую.")
    standing = serializers.SerializerMethodField(help_text="Для территории того, кто спрашивает.")
    executions = serializers.SerializerMethodField(help_text="Сколько исполнений на территории.")
    overdue = serializers.SerializerMethodField(help_text="Сколько из них просрочено.")

    class Meta:
        model = Item
        fields = [
            "id", "roadmap", "owner", "status", "number", "section", "title", "term_text",
            "term_kind", "starts_on", "ends_on", "recurrence", "control_points", "bodies",
            "result", "evidence", "standing", "executions", "overdue",
        ]  # fmt: skip

    def get_bodies(self, row: Item) -> str:
        return ",".join(one.body for one in row.responsible.all())

    def get_control_points(self, row: Item) -> str:
        return ",".join(point.isoformat() for point in row.control_points)

    def get_standing(self, row: Item) -> str | None:
        """Nothing for a draft, which nobody carries out, and for a role that sees no reports."""
        return self._told(row).get("standing")

    def get_executions(self, row: Item) -> int | None:
        return self._told(row).get("executions")

    def get_overdue(self, row: Item) -> int | None:
        return self._told(row).get("overdue")

    def _told(self, row: Item) -> dict[str, Any]:
        found: dict[str, Any] = self.context.get("told", {}).get(row.pk, {})
        return found


class EvidenceSerializer(serializers.ModelSerializer[Document]):
    date = serializers.DateField(source="signed_on")
    versions = serializers.IntegerField(source="versions.count")

    class Meta:
        model = Document
        fields = ["id", "title", "number", "date", "link", "versions"]


class NoteSerializer(serializers.ModelSerializer[ProgressNote]):
    class Meta:
        model = ProgressNote
        fields = ["point", "text", "written_at"]


class PostponementSerializer(serializers.ModelSerializer[Postponement]):
    class Meta:
        model = Postponement
        fields = ["was", "until", "ground", "decided_at"]


class ExecutionSerializer(serializers.ModelSerializer[Execution]):
    roadmap = serializers.IntegerField(source="item.roadmap_id")
    owner = serializers.CharField(source="item.roadmap.owner.code")
    number = serializers.CharField(source="item.number")
    organization = serializers.CharField(source="organization.code")
    standing = serializers.SerializerMethodField(help_text="Где исполнение стоит сегодня.")
    evidence_count = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField(source="changed_at")

    class Meta:
        model = Execution
        fields = [
            "id", "roadmap", "owner", "item", "number", "organization", "is_lead", "standing",
            "state", "outcome", "report", "remark", "starts_on", "due_on", "was_due_on",
            "postpone_to", "is_carried", "started_at", "sent_at", "decided_at", "evidence_count",
            "updated_at",
        ]  # fmt: skip

    def get_standing(self, row: Execution) -> Standing:
        return standing_of(row, day=timezone.localdate())

    def get_evidence_count(self, row: Execution) -> int:
        return len(row.evidence.all())


class ExecutionDetailSerializer(ExecutionSerializer):
    evidence = EvidenceSerializer(many=True)
    notes = NoteSerializer(many=True)
    postponements = PostponementSerializer(many=True)

    class Meta(ExecutionSerializer.Meta):
        fields = [*ExecutionSerializer.Meta.fields, "evidence", "notes", "postponements"]


class ReportSerializer(serializers.Serializer[Any]):
    """What an organization hands in."""

    text = serializers.CharField(max_length=5000)
    outcome = serializers.ChoiceField(choices=Outcome.choices, default=Outcome.DONE)
    postpone_to = serializers.DateField(required=False, allow_null=True, default=None)
    evidence = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, default=list, max_length=50,
        help_text="Номера документов организации, которыми это подтверждается.",
    )  # fmt: skip


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision on the report that was read."""

    read = serializers.DateTimeField(
        help_text="sent_at прочитанного отчёта: сданный с тех пор заново не примут и не вернут."
    )


class ReturnSerializer(DecisionSerializer):
    remark = serializers.CharField(max_length=2000)
