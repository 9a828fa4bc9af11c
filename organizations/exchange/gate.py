"""The gate every uploaded file passes before any parser sees it: size, kind, soundness."""

import codecs
import re
from collections.abc import Collection
from enum import StrEnum
from io import SEEK_END
from pathlib import PurePosixPath
from typing import BinaryIO

from organizations.errors import Refused
from organizations.exchange import archive

# Design limits: a filled collection form is about 50 KB, a regional export a few MB.
TABLE_BYTES = 10 * 2**20
PAPER_BYTES = 25 * 2**20


class Kind(StrEnum):
    """What a file is by its content."""

    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"
    CSV = "csv"
    TXT = "txt"
    JPG = "jpg"
    PNG = "png"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self]


CONTENT_TYPES = {
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PDF: "application/pdf",
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.TXT: "text/plain; charset=utf-8",
    Kind.JPG: "image/jpeg",
    Kind.PNG: "image/png",
}
# How a picture begins: ISO/IEC 10918-1, B.1.1.3; ISO/IEC 15948, 5.2.
PICTURES = {b"\xff\xd8\xff": Kind.JPG, b"\x89PNG\r\n\x1a\n": Kind.PNG}
OTHER_ENDINGS = {"jpeg": Kind.JPG}

MAIN_PARTS = {"xl/workbook.xml": Kind.XLSX, "word/document.xml": Kind.DOCX}

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
MARKUP = re.compile(r"\s*<(!doctype|html|svg|\?xml|script|head|body)\b|\s*mime-version:", re.I)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
CONTROL_BYTES = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])  # the same in UTF-8
TEXT_BLOCK = 2**20
FORBIDDEN = frozenset('<>:"|?*\x7f')  # act in shells, headers or markup
MOST_NAME_BYTES = 200


def check_upload(
    content: bytes, name: str, *, most_bytes: int = TABLE_BYTES, kinds: Collection[Kind]
) -> Kind:
    """The file's kind, once it is safe to parse. Raises Refused with the reason and the cure."""
    if not content:
        raise Refused("Файл пуст. Проверьте, что он сохранён, и загрузите его снова.")
    if len(content) > most_bytes:
        raise _too_large(most_bytes)
    kind = _kind(content, _extension(name))
    if kind not in kinds:
        wanted = ", ".join(sorted(kinds))
        raise Refused(f"Здесь принимают {wanted}, а это {kind}. Сохраните файл в нужном виде.")
    if _extension(name) != kind:
        raise Refused(
            f"Это файл вида {kind}, а имя говорит другое: «{_shown(name)}». "
            f"Дайте файлу окончание .{kind}."
        )
    return kind


def check_csv(stream: BinaryIO, name: str, *, most_bytes: int) -> None:
    """As `check_upload` for a table of any size: read through in blocks and then wound back."""
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    head = stream.read(TEXT_BLOCK)
    if size > most_bytes:
        raise _too_large(most_bytes)
    if size <= TEXT_BLOCK:
        check_upload(head, name, kinds=(Kind.CSV,))
    elif _is_known(head) or _extension(name) != Kind.CSV:
        check_upload(head + stream.read(TABLE_BYTES), name, kinds=(Kind.CSV,))
    else:
        _check_text_blocks(stream, head)
    stream.seek(0)


def _is_known(head: bytes) -> bool:
    """Whether a file is something else than text by the way it begins."""
    return head.startswith((b"PK\x03\x04", b"%PDF-", OLE2, *PICTURES))


def _check_text_blocks(stream: BinaryIO, head: bytes) -> None:
    """As `_check_text`, a block at a time."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    block, first = head, True
    try:
        while block:
            text = decoder.decode(block)
            if len(block.translate(None, CONTROL_BYTES)) < len(block):
                raise _unprintable()
            if first and MARKUP.match(text):
                raise _markup()
            block, first = stream.read(TEXT_BLOCK), False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_text() from None


def _extension(name: str) -> str:
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    return OTHER_ENDINGS.get(ending, ending)


def _shown(name: str) -> str:
    """The name without signs that could spoil the sentence, cut short."""
    return "".join(sign for sign in name if sign.isprintable())[-60:]


def _kind(content: bytes, extension: str) -> Kind:
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    for signature, picture in PICTURES.items():
        if content.startswith(signature):
            return picture
    if content.startswith(OLE2):
        raise Refused(_ole_advice(content))
    _check_text(content)
    return Kind.CSV if extension == Kind.CSV else Kind.TXT


def _ole_advice(content: bytes) -> str:
    if ENCRYPTED_PACKAGE in content:
        return "Файл защищён паролем. Снимите пароль и загрузите файл снова."
    return (
        "Это файл старого вида (.xls или .doc). Откройте его и сохраните: "
        "«Файл» → «Сохранить как» → «Книга Excel (.xlsx)» или «Документ Word (.docx)»."
    )


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_text() from None
    if CONTROL.search(text):
        raise _unprintable()
    if MARKUP.match(text):
        raise _markup()


def _too_large(most_bytes: int) -> Refused:
    return Refused(
        f"Файл больше {most_bytes / 2**20:.0f} МБ. Уберите из него лишние листы и картинки."
    )


def _not_text() -> Refused:
    return Refused(
        "Файл не опознан: это не xlsx, docx, pdf и не текст в UTF-8. "
        "Если это таблица csv, сохраните её как «CSV UTF-8»."
    )


def _unprintable() -> Refused:
    return Refused("В тексте есть непечатные знаки: это не текст. Выберите другой файл.")


def _markup() -> Refused:
    return Refused("Это веб-страница, а не таблица. Сохраните данные как xlsx или csv.")


def _office_kind(content: bytes) -> Kind:
    """The kind of an office file whose archive and XML parts are sound."""
    kind = _named_kind({member.filename for member in archive.members(content)})
    archive.check(content)
    return kind


def _named_kind(names: set[str]) -> Kind:
    for part, kind in MAIN_PARTS.items():
        if part in names and "[Content_Types].xml" in names:
            return kind
    if "xl/workbook.bin" in names:
        raise Refused("Это двоичная книга .xlsb. Сохраните её как «Книга Excel (.xlsx)».")
    if "mimetype" in names:
        raise Refused("Это файл OpenDocument. Сохраните его как .xlsx или .docx.")
    raise Refused("Это архив, а не таблица и не документ. Загрузите сам файл, без архива.")


def clean_name(name: str) -> str:
    """The file's own name without a path and without signs that act, fit to store and to show.

    Cut by bytes: file systems allow 255 of them, and a Cyrillic letter takes two.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable() and sign not in FORBIDDEN)
    stem, dot, extension = shown.strip(" .").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    ending = (dot + extension).encode()[:20].decode(errors="ignore")
    room = MOST_NAME_BYTES - len(ending.encode())
    kept = stem.encode()[:room].decode(errors="ignore").strip(" .")
    return (kept or "файл") + ending
