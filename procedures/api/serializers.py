"""Rows of this app as the API shows them: flat, with codes instead of inner numbers."""

from rest_framework import serializers

from procedures.models import Procedure, Scale, Work


class ProcedureSerializer(serializers.ModelSerializer[Procedure]):
    levels = serializers.SerializerMethodField(help_text="Уровни через запятую, от федерального.")
    directions = serializers.SerializerMethodField(help_text="Коды направлений через запятую.")
    products = serializers.SerializerMethodField(help_text="Коды результатов через запятую.")
    part_of = serializers.CharField(source="part_of.code", default=None)
    replaced_by = serializers.CharField(source="replaced_by.code", default=None)
    version = serializers.IntegerField()

    class Meta:
        model = Procedure
        fields = [
            "id", "code", "title", "short_title", "kind", "level", "levels", "directions",
            "part_of", "ground", "products", "valid_from", "valid_to", "replaced_by", "version",
        ]  # fmt: skip

    def get_levels(self, row: Procedure) -> str:
        return ",".join(row.levels)

    def get_directions(self, row: Procedure) -> str:
        return ",".join(place.direction.code for place in row.placements.all())

    def get_products(self, row: Procedure) -> str:
        return ",".join(row.products)


class WorkSerializer(serializers.ModelSerializer[Work]):
    """A work with its newest scale; three empty borders say that there is no official scale."""

    procedure = serializers.CharField(source="procedure.code")
    level = serializers.CharField(source="procedure.level")
    tasks = serializers.SerializerMethodField(help_text="Метки заданий через запятую.")
    max_points = serializers.SerializerMethodField(help_text="Максимумы через запятую.")
    levels = serializers.SerializerMethodField(help_text="Уровни заданий через запятую.")
    three = serializers.SerializerMethodField(help_text="«3» с балла.")
    four = serializers.SerializerMethodField(help_text="«4» с балла.")
    five = serializers.SerializerMethodField(help_text="«5» с балла.")
    scale_version = serializers.SerializerMethodField()
    scale_source = serializers.SerializerMethodField()

    class Meta:
        model = Work
        fields = [
            "id", "code", "procedure", "level", "subject", "grade", "year", "track", "held_on",
            "due_on", "tasks", "max_points", "levels", "max_score", "three", "four", "five",
            "scale_version", "scale_source",
        ]  # fmt: skip

    def get_tasks(self, row: Work) -> str:
        return ",".join(row.tasks)

    def get_max_points(self, row: Work) -> str:
        return ",".join(map(str, row.max_points))

    def get_levels(self, row: Work) -> str:
        return ",".join(row.levels)

    def get_three(self, row: Work) -> int | None:
        return scale.three if (scale := _newest(row)) else None

    def get_four(self, row: Work) -> int | None:
        return scale.four if (scale := _newest(row)) else None

    def get_five(self, row: Work) -> int | None:
        return scale.five if (scale := _newest(row)) else None

    def get_scale_version(self, row: Work) -> int | None:
        return scale.version if (scale := _newest(row)) else None

    def get_scale_source(self, row: Work) -> str | None:
        return scale.source if (scale := _newest(row)) else None


def _newest(row: Work) -> Scale | None:
    """The scale in force out of those that came with the work, the newest first."""
    return next(iter(row.scales.all()), None)
