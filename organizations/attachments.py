"""How bytes leave the portal: always as an attachment that the browser neither guesses nor runs."""

from django.core.files import File
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from organizations.errors import Conflict

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(
    content: "bytes | File[bytes]", name: str, *, content_type: str = "application/octet-stream"
) -> HttpResponse:
    """A download under the given name, Russian letters and all; the caller checked the right.

    A stored file is read and closed here.
    """
    named = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {**SAFE, "Content-Disposition": named}
    return HttpResponse(content, content_type=content_type, headers=headers)


def stored_file(file: "File[bytes]", name: str, *, content_type: str) -> HttpResponse:
    """A stored file under the name it came with; the caller checked the right.

    Raises Conflict when its bytes are gone.
    """
    try:
        return attachment(file.open(), name, content_type=content_type)
    except FileNotFoundError as error:
        raise Conflict(
            f"Файл «{name}» не найден в хранилище. Сообщите администратору портала."
        ) from error
