"""The person at the terminal: what they type becomes an answer, an action, or is asked for again."""

import io

import numpy as np
import pytest
from rich.console import Console

from actions.action import LeftClick
from agent.booking.ledger import Read
from agent.effects import Intent
from perception.geometry import Point
from perception.observation import Frame, Observation
from tests.agent.booking.drawn import SCHEMA, VALUES
from tests.agent.guard.test_question import ASKED
from ui.cli.person import TerminalPerson, at_terminal

FRAME = Frame(np.zeros((60, 100, 3), np.uint8))
CLICK = '{"kind": "left_click", "at": {"x": 4, "y": 2}}'


def typing(*lines: str) -> tuple[TerminalPerson, Console]:
    console = Console(file=io.StringIO(), width=200)
    typed = iter([*(f"{line}\n" for line in lines), ""])
    return TerminalPerson(console, lambda: next(typed)), console


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("lines", "kind", "reason"),
    [
        (("a",), "approve", ""),
        (("approve",), "approve", ""),
        (("r not this one",), "refuse", "not this one"),
        (("t",), "take_over", ""),
        (("what?", "", "a"), "approve", ""),
        (("e nonsense", f"e {CLICK}"), "edit", ""),
    ],
)
async def test_words_become_answers(lines: tuple[str, ...], kind: str, reason: str) -> None:
    person, console = typing(*lines)
    answer = await person.answer(ASKED, FRAME)
    assert answer is not None
    assert (answer.question, answer.kind, answer.reason) == ("run-3", kind, reason)
    assert answer.by.endswith("at the terminal")
    assert (answer.action == LeftClick(at=Point(x=4, y=2))) is (kind == "edit")
    assert "left_click" in printed(console)
    assert "buying: it presses OK" in printed(console)


async def test_the_end_of_the_input_leaves_it_to_others() -> None:
    person, _ = typing("what?")
    assert await person.answer(ASKED, FRAME) is None


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        (("", "", "", "", "", ""), VALUES),
        (("", "23.1.2025", "", "", "", "559,18 €"), VALUES),
        (
            ("INV-7", "soon", "2025-02-01", "", "none", "12", "", ""),
            {"number": "INV-7", "date": "2025-02-01", "net": 12},
        ),
        (("", "-"), None),
        (("",), None),
    ],
)
async def test_what_a_document_says_is_typed_field_by_field(
    lines: tuple[str, ...], values: dict[str, object] | None
) -> None:
    person, console = typing(*lines)
    read = Read(document="d", values=VALUES, read_by="labels", lacks="somebody has to look at it: net: 12.00 too")
    assert await person.says("one.pdf", SCHEMA, read) == (None if values is None else VALUES | values)
    assert "one.pdf: somebody has to look at it: net" in printed(console)
    assert "Net amount [470.00]" in printed(console) or values is None
    assert ("'soon' is no date" in printed(console)) is ("soon" in lines)


async def test_what_is_done_by_hand_and_its_end() -> None:
    person, console = typing('{"kind": "jump"}', CLICK, "")
    seen = Observation(frame=FRAME, url="http://a/")
    assert await person.act("Save it", seen) == LeftClick(at=Point(x=4, y=2))
    assert await person.act("Save it", seen) is None
    assert "is no action: write an action as JSON" in printed(console)


async def test_nothing_that_is_shown_reaches_the_terminal_as_control_characters() -> None:
    person, console = typing("a")
    await person.answer(ASKED.model_copy(update={"reason": "\x1b[2Jgone [red]x[/red]", "url": "\x07"}), FRAME)
    assert "\x1b" not in printed(console)
    assert "[red]x[/red]" in printed(console)


@pytest.mark.parametrize(("line", "told"), [("y", True), ("No", False), ("", None), ("perhaps", None)])
async def test_what_a_cut_run_left_open_is_asked_about(line: str, told: bool | None) -> None:
    person, console = typing(line)
    intent = Intent(effect_id="run/3", action=LeftClick(at=Point(x=4, y=2)))
    assert await person.happened(intent, Observation(frame=FRAME, url="http://a/")) is told
    assert "Did this happen?  left_click (4, 2)" in printed(console)


def test_where_nobody_can_type_nobody_is_asked() -> None:
    assert at_terminal(Console(file=io.StringIO())) is None
