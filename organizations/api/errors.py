"""Refusals of the API as RFC 9457 problem documents with a Russian explanation."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from organizations.errors import Conflict, NotAllowed, PortalError

CODES = {NotAllowed: status.HTTP_403_FORBIDDEN, Conflict: status.HTTP_409_CONFLICT}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an expected failure; None lets a bug be logged as one."""
    if isinstance(error, PortalError):
        code = CODES.get(type(error), status.HTTP_400_BAD_REQUEST)
        return _problem(code, "Отказано", str(error))
    if isinstance(error, Http404 | PermissionDenied):
        error = exceptions.NotFound("Нет такой записи, или она вам не видна.")
    plain = exception_handler(error, context)
    if plain is None or not isinstance(error, exceptions.APIException):
        return plain
    title = str(error.default_detail)
    if isinstance(error, exceptions.ValidationError):
        response = _problem(plain.status_code, "Запрос не понят", _sentence(plain.data))
        response.data["errors"] = plain.data
    else:
        response = _problem(plain.status_code, title, str(error.detail))
    for name, value in plain.headers.items():
        if name in {"WWW-Authenticate", "Retry-After"}:
            response[name] = value
    return response


def _sentence(faults: Any) -> str:
    if isinstance(faults, dict):
        return " ".join(f"{name}: {_sentence(text)}" for name, text in faults.items())
    if isinstance(faults, list):
        return " ".join(_sentence(text) for text in faults)
    return str(faults)


def _problem(code: int, title: str, detail: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": code, "detail": detail}
    return Response(body, status=code, content_type="application/problem+json")
