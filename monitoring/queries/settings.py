"""Thresholds of the engine as a region has published them, and as data."""

from dataclasses import asdict
from typing import Any

from monitoring.models import MethodSettings
from monitoring.stats.findings import Family, Method
from monitoring.stats.settings import Settings

Thresholds = dict[str, Any]


def current(region: int) -> MethodSettings | None:
    """The region's newest published version; None while it has none. One query."""
    published = MethodSettings.objects.filter(organization=region, published_at__isnull=False)
    return published.order_by("-version").first()


def current_settings(region: int) -> Settings:
    """The region's newest published thresholds, or ours. One query."""
    row = current(region)
    return settings_of(row.thresholds) if row else Settings()


def settings_for(region: int, year: int) -> Settings:
    """What signals of a year are made by: the newest version that counts for it, or ours.

    An order changes no list of a year before the one its trial showed. One query.
    """
    published = MethodSettings.objects.filter(organization=region, published_at__isnull=False)
    versions = (row for row in published.order_by("-version") if row.from_year <= year)
    row = next(versions, None)
    return settings_of(row.thresholds) if row else Settings()


def settings_of(thresholds: Thresholds) -> Settings:
    """Stored thresholds as the engine takes them; what a stored version did not know is ours."""
    ours = Settings()
    known = {name: thresholds.get(name, value) for name, value in asdict(ours).items()}
    weights = {Family(name): value for name, value in known.pop("weights").items()}
    shares = {Method(name): value for name, value in known.pop("shares").items()}
    return Settings(**known, weights=ours.weights | weights, shares=ours.shares | shares)


def thresholds_of(settings: Settings) -> Thresholds:
    """Thresholds as data that JSON can hold."""
    found = asdict(settings)
    for name in ("weights", "shares"):
        found[name] = {str(key): value for key, value in found[name].items()}
    return found
