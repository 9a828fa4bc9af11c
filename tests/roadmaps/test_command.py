"""The command that brings an order in: what it prints, what it stores, how it refuses."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from organizations.models import Event
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Roadmap

PLANS = Path(__file__).parent / "plans"
ROOT = Path(__file__).parents[2]
REGION = PLANS / "region.txt"


def run(*args):
    out = StringIO()
    call_command("import_roadmap", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_plan_becomes_the_owners_draft_by_the_portals_hand(cast):
    told = run(REGION, "--owner", "ministry")

    stored = Roadmap.objects.get()
    assert (stored.owner, stored.status) == (cast.ministry, Roadmap.Status.DRAFT)
    assert stored.items.count() == 7
    assert "План записан черновиком: пунктов 7." in told
    assert Event.objects.get(action="roadmap.imported").user_name == "портал"


def test_a_dry_run_stores_nothing_and_needs_no_owner_in_the_base(db):
    told = run(REGION, "--owner", "nobody-yet", "--dry-run")

    assert not Roadmap.objects.exists()
    assert "План прочитан, не записан" in told


def test_every_doubt_is_told_in_words(db):
    told = run(REGION, "--owner", "ministry", "--dry-run")

    doubts = [line for line in told.splitlines() if line.startswith("Сомнение: ")]
    assert "Сомнение: В приказе № 318, в приложении № 813." in doubts
    assert len(doubts) == len(read_plan(REGION.read_bytes(), REGION.name).warnings)


def test_each_item_of_json_has_the_keys_that_other_programs_rely_on(db):
    told = json.loads(run(REGION, "--owner", "ministry", "--dry-run", "--format", "json"))

    keys = {"number", "section", "title", "deadline", "responsible", "result"}
    assert all(set(item) == keys | {"evidence", "control_points"} for item in told["items"])
    term = {"text", "kind", "start", "end", "recurrence"}
    assert all(set(item["deadline"]) == term for item in told["items"])
    assert told["items"][2]["control_points"] == ["2024-11-30", "2025-02-28", "2025-05-31"]


@pytest.mark.parametrize("name", ["region.txt", "district.txt", "city_layer.txt"])
def test_json_on_standard_output_is_the_plan_and_nothing_else(db, name):
    file = PLANS / name

    told = run(file, "--owner", "ministry", "--dry-run", "--format", "json")

    assert json.loads(told) == read_plan(file.read_bytes(), name).as_json()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((REGION, "--owner", "nobody"), "Организации с кодом «nobody» нет"),
        ((PLANS / "none.txt", "--owner", "ministry"), "Файл не прочитан"),
        ((PLANS, "--owner", "ministry"), "Файл не прочитан"),
        ((Path(__file__), "--owner", "ministry"), "test_command.py"),
    ],
)
def test_a_fault_of_the_input_is_told_and_stores_nothing(cast, args, words):
    with pytest.raises(CommandError, match=words):
        run(*args)

    assert not Roadmap.objects.exists()


def test_the_same_order_again_is_refused(cast):
    run(REGION, "--owner", "ministry")

    with pytest.raises(CommandError, match="уже есть"):
        run(REGION, "--owner", "ministry")


def test_at_the_console_a_file_without_a_plan_ends_with_one_and_a_sentence(tmp_path):
    """As another program sees it: the exit code, the two streams, no traceback."""
    file = tmp_path / "letter.txt"
    file.write_text("Уважаемые коллеги!\nПланов нет.\n", encoding="utf-8")
    command = [sys.executable, "manage.py", "import_roadmap", file, "--owner", "ministry",
               "--dry-run", "--format", "json"]  # fmt: skip

    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, timeout=120, check=False
    )

    said = done.stderr.decode()
    assert done.returncode == 1
    assert done.stdout == b""
    assert "нет плана мероприятий: искали таблицу" in said
    assert "Traceback" not in said
