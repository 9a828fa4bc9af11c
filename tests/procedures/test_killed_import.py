"""An import dies at any moment and is started again: no row is lost, none is there twice."""

import os
import random
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.db import connection

from organizations.models import Event
from procedures.models import Protocol, Result
from tests.cast import make_cast
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ScaleFactory, WorkFactory, a_form, some_results
from tests.worker import database_url

KILLS = 20
FORMS, TABLE_SCHOOLS = 40, 6
HEADER = "work,school,class,participant,gender,variant,journal_mark,mark,score,t1,t2,t3,t4"


def results():
    """Every row, by what it says; numbers of rows may differ after a rollback."""
    names = ("work__code", "organization__code", "participant", "class_number", "variant",
             "points", "score", "mark", "journal_mark", "protocol__sha256")  # fmt: skip
    return list(Result.objects.order_by(*names[:3]).values_list(*names))


def protocols():
    names = ("work__code", "organization__code", "version", "state", "sha256", "classes",
             "rows_in", "rows_written", "message", "notes", "faults", "size", "name")  # fmt: skip
    return list(Protocol.objects.order_by(*names[:3]).values_list(*names))


def journal():
    """What the journal says of the protocols, without their numbers."""
    acts = Event.objects.filter(object_type="procedures.protocol")
    return sorted(map(str, acts.values_list("action", "object_name", "changes")))


def empty():
    Result.objects.all().delete()
    Protocol.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE organizations_event")


def handed_in(folder: Path) -> None:
    """Forms of many schools in a folder and a zip, some of them class by class, and a table."""
    cast, work = make_cast(), WorkFactory()
    other = WorkFactory(code="ma4-2026", subject="Математика")
    ScaleFactory(work=work)
    schools = [
        OrganizationFactory(parent=cast.north, code=f"edu4277{number:02}")
        for number in range(FORMS // 2)
    ]
    with ZipFile(folder / "forms.zip", "w") as archive:
        for number, school in enumerate(schools):
            form = a_form(work, school, pupils=9, seed=number)
            (folder / f"{school.code}.xlsx").write_bytes(form)
            second = a_form(work, school, classes=(2,), seed=number, first=50001)
            archive.writestr(f"{school.code}-2.xlsx", second)
    lines = [HEADER]
    for school in schools[:TABLE_SCHOOLS]:
        rows = some_results(other, pupils=300, seed=school.pk)
        for code, variant, points in zip(
            rows.participant.tolist(), rows.variant.tolist(), rows.points.tolist(), strict=True
        ):
            told = ",".join({-2: "", -1: "X"}.get(value, str(value)) for value in points)
            lines.append(f"{other.code},{school.code},1,{code},,{variant or ''},,,,{told}")
    (folder / "table.csv").write_text("\n".join(lines), encoding="utf-8")


def start(folder: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"DATABASE_URL": database_url()}
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_results", str(folder), "--format", "json"],
        cwd=portal.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def until_first_verdict(process: "subprocess.Popen[bytes]") -> float:
    assert process.stdout is not None
    began = time.monotonic()
    assert process.stdout.readline(), "the import said nothing"
    return time.monotonic() - began


@pytest.mark.django_db(transaction=True, available_apps=portal.INSTALLED_APPS)
def test_an_import_killed_twenty_times_ends_as_an_undisturbed_one(tmp_path):
    handed_in(tmp_path)
    began = time.monotonic()
    process = start(tmp_path)
    starting = until_first_verdict(process)
    process.communicate()
    lasting = time.monotonic() - began
    assert process.returncode == 0
    undisturbed = results(), protocols(), journal()
    assert len(undisturbed[0]) == FORMS // 2 * 12 + TABLE_SCHOOLS * 300
    empty()

    moments = random.Random(2026)  # noqa: S311 - not for secrets
    killed = finished = 0
    for _ in range(KILLS):
        process = start(tmp_path)
        time.sleep(moments.uniform(starting * 0.5, lasting))
        killed += process.poll() is None
        process.kill()
        process.communicate()
        halves = Protocol.objects.exclude(state=Protocol.State.ACCEPTED)
        assert not Result.objects.filter(protocol__in=halves).exists()
        for protocol in Protocol.objects.current():
            assert protocol.results.count() == protocol.rows_written
        if len(results()) == len(undisturbed[0]):
            assert (results(), protocols(), journal()) == undisturbed
            finished += 1
            empty()
    call_command("import_results", str(tmp_path), stdout=StringIO(), stderr=StringIO())

    assert killed > KILLS // 2
    assert finished < KILLS
    assert (results(), protocols(), journal()) == undisturbed
