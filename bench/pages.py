"""The region's pages over HTTP, against the emptiest signed-in page of the same run.

Needs the demonstration of the whole region: `make demo SCALE=region SERVE=0` first. Each page is
asked for once unmeasured, then 20 times in a row; what counts is the 95th percentile. Dossiers
are those of 21 schools, each asked for once, so nothing of them was drawn before; cases are taken
in turn.
"""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from django.core.management import call_command
from django.db.models import Count, F
from django.test import Client
from django.urls import reverse

from bench.measure import CALLS, EMPTIEST, Measure, p95
from monitoring.models import Case, Signal
from organizations.models import User
from procedures.models import Work

PAGES = (
    "home",
    "roadmaps:roadmaps",
    "procedures:works",
    "procedures:completeness",
    "procedures:schedule_control",
    "procedures:holdings",
    "procedures:tables",
    "procedures:catalogue",
    "monitoring:federal_reports",
    "monitoring:objectivity",
    "monitoring:objectivity_xlsx",
    "monitoring:cases",
    "monitoring:campaign",
    "monitoring:markers",
    "monitoring:groups",
    "monitoring:method",
    "monitoring:indicators",
    "organizations:documents",
    "reports:reports",
    "organizations:organizations",
    "organizations:journal",
    "organizations:runs",
)
# The standard reports of one work; the first is open to the school alone.
OF_PUPILS, REPORTS = "pupils", ("marks", "journal", "scores", "tasks", "skills", "groups")


def measure() -> list[Measure]:
    """p95 of each page of the ministry's menu, and of each standard report of the year's largest
    work, in milliseconds; the baseline is the same for all.
    """
    with _server() as address:
        cookie = _session("ministry")
        empty = _p95([address + reverse(EMPTIEST)], cookie)
        asked = [(name, [reverse(name)], cookie) for name in PAGES]
        asked += [(f"federal.{report}", [_report(report)], cookie) for report in REPORTS]
        asked.append((f"federal.{OF_PUPILS}", [_report(OF_PUPILS)], _session("school")))
        asked += [("dossier", _dossiers(), cookie), ("case", _cases(), cookie)]
        return [
            Measure(
                name=f"pages_region.{name}",
                ours=_p95([address + path for path in paths], own),
                baseline=empty,
                unit="ms",
                n=CALLS,
            )
            for name, paths, own in asked
        ]


def _dossiers() -> list[str]:
    """Of schools that were assessed this year, those with the highest index first."""
    highest = F("index").desc(nulls_last=True)
    latest = Signal.objects.order_by("-year", highest).select_related("organization")
    return [
        reverse("monitoring:school", args=[signal.organization.code])
        for signal in latest[: CALLS + 1]
    ]


def _cases() -> list[str]:
    found = [reverse("monitoring:case", args=[case.pk]) for case in Case.objects.all()]
    if not found:
        raise RuntimeError("there are no cases: build the demonstration of the region first")
    return found


def _report(report: str) -> str:
    largest = Work.objects.annotate(rows=Count("results")).order_by("-rows").first()
    if largest is None:
        raise RuntimeError("there are no works: build the demonstration of the region first")
    return reverse("monitoring:federal_report", args=[largest.code, report])


def _p95(urls: Sequence[str], cookie: str) -> float:
    """Of the addresses in turn, as the session of the cookie."""
    ahead = cycle(urls)
    return p95(lambda: _open(next(ahead), cookie), CALLS)


def _open(url: str, cookie: str) -> None:
    request = urllib.request.Request(url, headers={"Cookie": f"sessionid={cookie}"})  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        assert answer.status == 200
        assert "/account/login/" not in answer.url, "the session was not accepted"
        answer.read()


def _session(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return str(client.cookies["sessionid"].value)


class _server:  # noqa: N801 - used as a function: `with _server() as address`
    """The production server with one worker on a free port."""

    def __enter__(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # As `manage.py serve` does; a demonstration alone does not.
        call_command("collectstatic", interactive=False, verbosity=0)
        program = Path(sys.executable).parent / "granian"
        self.process = subprocess.Popen(
            [program, "--interface", "wsgi", "--port", str(port), "--workers", "1",
             "--blocking-threads", "4", "--log-level", "error", "rsoko.wsgi:application"]
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=1).close()  # noqa: S310 - our own
            except OSError:
                time.sleep(0.2)
            else:
                return address
        self.process.kill()
        raise RuntimeError("the server did not answer within 20 seconds")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=15)
