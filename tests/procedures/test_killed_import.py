"""An import dies at any moment and is started again: no row is lost, none is there twice."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import settings as portal
from django.db import connection

from organizations.models import Event
from procedures.models import Protocol, Result
from tests.cast import make_cast
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ScaleFactory, WorkFactory, a_form, some_results
from tests.worker import database_url

KILLS = 20
FORMS, PUPILS, TABLE_SCHOOLS = 40, 9, 6
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
            form = a_form(work, school, pupils=PUPILS, seed=number)
            (folder / f"{school.code}.xlsx").write_bytes(form)
            second = a_form(work, school, classes=(2,), pupils=PUPILS, seed=number, first=50001)
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


# Started once; each import is a fork of it, so that twenty of them need no twenty starts of Django.
IMPORTER = """
import io, os, sys, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rsoko.settings")
django.setup()
from django.core.management import call_command
from procedures.services import batches
batches.BATCH = 5
for line in sys.stdin:
    if not (pid := os.fork()):
        call_command("import_results", line.strip(), stdout=io.StringIO(), stderr=io.StringIO())
        os._exit(0)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


class Importer:
    """Imports a folder again and again, each time in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", IMPORTER], cwd=portal.BASE_DIR, text=True, bufsize=1,
            env=os.environ | {"DATABASE_URL": database_url(), "MEDIA_ROOT": str(portal.MEDIA_ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def start(self, folder: Path) -> int:
        """The number of the process that has begun to import."""
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self) -> int:
        """How the import ended: 0, or the signal that killed it."""
        return int(self.process.stdout.readline())


@pytest.fixture
def importer():
    made = Importer()
    yield made
    made.process.stdin.close()
    made.process.wait(timeout=30)
    made.process.stdout.close()


@pytest.mark.django_db(transaction=True, available_apps=portal.INSTALLED_APPS)
def test_an_import_killed_twenty_times_ends_as_an_undisturbed_one(importer, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    handed_in(folder)
    began = time.monotonic()
    importer.start(folder)
    assert importer.ended() == 0
    lasting = time.monotonic() - began
    undisturbed = results(), protocols(), journal()
    everything = FORMS * PUPILS + TABLE_SCHOOLS * 300
    assert len(undisturbed[0]) == everything
    empty()

    moments = random.Random(2026)  # noqa: S311 - not for secrets
    seen = []  # how many rows there were after each kill
    killed = attempts = 0
    while killed < KILLS and attempts < 4 * KILLS:
        attempts += 1
        began = time.monotonic()
        running = os.pidfd_open(importer.start(folder))
        time.sleep(moments.uniform(0, lasting))
        with suppress(ProcessLookupError):  # it has ended before its moment
            signal.pidfd_send_signal(running, signal.SIGKILL)
        os.close(running)
        if importer.ended() == signal.SIGKILL:
            killed += 1
            lasting *= 1.15  # follows how busy the machine is
        else:
            lasting = min(lasting, time.monotonic() - began) * 0.8
        seen.append(Result.objects.count())
        for protocol in Protocol.objects.all():
            whole = protocol.rows_written if protocol.state == "accepted" else 0
            assert protocol.results.count() == whole
        if seen[-1] == everything:
            assert (results(), protocols(), journal()) == undisturbed
            empty()
    importer.start(folder)
    assert importer.ended() == 0

    assert (results(), protocols(), journal()) == undisturbed
    assert killed == KILLS
    assert any(0 < rows < everything for rows in seen), "no import was killed half done"
