"""A batch of generated invoices that is killed again and again: nothing wrong goes into the books, nothing twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.booking.ledger import Read, Standing
from sandboxes.demos.erp.entry import Entry
from tests.walk.booking import counted

INVOICES = int(os.environ.get("INVOICES", "10"))
"""How many are entered; 100 with 10 kills is the whole proof."""
KILLS = int(os.environ.get("BOOKING_KILLS", "4"))


ONE = Entry(number="A-1", date="2025-01-02", supplier="Muster GmbH", net="10.00", tax="1.90", total="11.90")
OTHER = ONE.model_copy(update={"number": "A-7", "net": "20.00", "tax": "3.80", "total": "23.80"})


def standing(name: str, says: Entry) -> Standing:
    amounts = {part: float(getattr(says, part)) for part in ("net", "tax", "total")}
    read = Read(document=name, values=says.model_dump() | amounts, read_by="labels")
    return Standing(document=name, name=name, record=read, runs=("run",))


@pytest.mark.parametrize(
    ("entered", "counts"),
    [
        ([ONE, OTHER], {"right": 2}),
        ([ONE, OTHER, ONE], {"right": 2, "double": 1}),
        ([ONE, OTHER.model_copy(update={"total": "0.01"})], {"right": 1, "wrong": 1}),
    ],
)
def test_entries_are_held_against_records(entered: list[Entry], counts: dict[str, int]) -> None:
    found = counted(entered, [standing("one", ONE), standing("other", OTHER)], {"one": ONE, "other": OTHER})
    assert {kind: number for kind, number in found.items() if number} == counts


def test_a_number_that_was_misread_as_another_papers_is_no_double_entry() -> None:
    misread = OTHER.model_copy(update={"number": ONE.number})
    found = counted([ONE, misread], [standing("one", ONE), standing("other", misread)], {"one": ONE, "other": OTHER})
    assert {kind: number for kind, number in found.items() if number} == {"right": 1, "misread": 1}


@pytest.mark.slow
@pytest.mark.browser
def test_a_batch_that_is_killed_enters_everything_once(repository: Path) -> None:
    command = [sys.executable, "-m", "tests.walk.booking", "--invoices", str(INVOICES), "--kills", str(KILLS)]
    proved = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert proved.stdout, proved.stderr
    tally = json.loads(proved.stdout.splitlines()[-1])
    assert proved.returncode == 0, tally
    assert (tally["wrong"], tally["misread"], tally["double"]) == (0, 0, 0), tally
    assert tally["kills"] >= KILLS // 2, tally
    assert tally["held"] >= 1, "the mistakes were not made"
