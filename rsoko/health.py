"""Signs of life: of the process, and of everything it needs."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from organizations.tasks import HEARTBEAT


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The database and Redis answer, and a worker was alive within the last minute."""
    checks = {
        "database": _answers(_database),
        "redis": _answers(_redis),
        "worker": _answers(_worker),
    }
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, RedisError):
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _redis() -> bool:
    return cache.get_or_set("readyz", 1, 10) == 1


def _worker() -> bool:
    return cache.get(HEARTBEAT) is not None
