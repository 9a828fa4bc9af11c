"""Filters of lists; a parameter nobody declared is an error, not silence."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

OF_EVERY_LIST = {"format", "cursor", "page_size"}


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, but a misspelt parameter is told instead of giving everything."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        known = set(filterset.base_filters) if filterset else set()
        unknown = sorted(set(request.query_params) - known - OF_EVERY_LIST)
        if unknown and getattr(view, "detail", False) is False:
            names = ", ".join(sorted(known)) or "нет"
            raise ValidationError(dict.fromkeys(unknown, f"нет такого отбора; есть: {names}."))
        narrowed: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return narrowed
