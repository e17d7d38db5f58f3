"""What stands in a form, read from its pixels: right ones agree, and every mistake shows in its own field."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action, DoubleClick
from agent.booking.ledger import Ledger, Screen
from agent.booking.readback import Readback, read_back
from agent.effects import Intent
from agent.guard.holding import Held
from perception.observation import Frame
from perception.ocr import Recognizer
from tests.agent.booking.drawn import LABELS, TYPED, form, wanted
from tests.agent.samples import CLICK, image
from tests.walk.filler import MISTAKES, Mistake, mistaken

pytestmark = pytest.mark.slow

OWN_WORDS = {
    "number": "Invoice no. *",
    "date": "Date of issue :",
    "supplier": "Vendor",
    "net": "Subtotal",
    "tax": "VAT",
    "total": "Grand total",
}


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("labels", [LABELS, OWN_WORDS])
def test_a_form_that_is_filled_in_rightly_agrees(eye: Recognizer, beside: bool, labels: dict[str, str]) -> None:
    fields = read_back(form(TYPED, beside=beside, labels=labels), wanted(), eye, typed=list(TYPED.values()))
    assert [one for one in fields if not one.agrees] == []
    assert all(one.box is not None for one in fields)


@pytest.mark.parametrize("mistake", [one for one in MISTAKES if one != "autofill"])
def test_a_mistake_shows_in_its_own_field(eye: Recognizer, mistake: Mistake) -> None:
    shown = mistaken(TYPED, mistake)
    fields = read_back(form(shown), wanted(), eye, typed=list(shown.values()))
    expected = {"digit": {"number"}, "swap": {"net", "tax"}, "day": {"date"}, "letter": {"supplier"}}
    assert {one.path for one in fields if not one.agrees} == expected[mistake]


@pytest.mark.parametrize(
    ("typed", "agrees"),
    [
        (["Orłowski & Söhne S.r.l."], True),
        ([], False),
        (["Orlowski & Sohne S.r.l."], False),
        (["Orłowski & Söhne S.r.l.", "Orlowski & Sohne S.r.l."], False),
    ],
)
def test_accents_that_pixels_lost_take_the_keyboard_for_a_witness(
    eye: Recognizer, typed: list[str], agrees: bool
) -> None:
    # The screen without accents stands for a reading that lost them: pixels alone can't tell which of both it is.
    fields = read_back(form({**TYPED, "supplier": "Orlowski & Sohne S.r.l."}), wanted(), eye, typed=typed)
    assert {one.path: one.agrees for one in fields}["supplier"] is agrees


def test_what_is_empty_hinted_or_not_there_differs(eye: Recognizer) -> None:
    labels = {name: label for name, label in LABELS.items() if name != "total"}
    fields = read_back(form({**TYPED, "supplier": "", "net": "0.00"}, labels=labels), wanted(), eye)
    said = {one.path: one.why for one in fields if not one.agrees}
    assert said == {
        "supplier": "nothing stands there",
        "net": "it is another number",
        "total": "its label is not on the screen",
    }


@pytest.mark.parametrize(
    ("total", "later", "agrees"),
    [
        ("1538.40", {}, True),
        ("1538.40", {"caret": True}, False),
        ("1638.40", {}, False),
        ("1538.40", {"typed": {"net": "1"}}, False),
    ],
    ids=["it blinks", "it never goes", "a digit is another", "more has changed"],
)
async def test_a_caret_that_is_read_as_part_of_a_letter_is_waited_out(
    eye: Recognizer, tmp_path: Path, total: str, later: dict[str, Any], agrees: bool
) -> None:
    shown = {**TYPED, "total": total}
    before = form(shown, focus="total", caret=True)
    assert {one.path: one.agrees for one in read_back(before, wanted(total=1538.4), eye)}["total"] is False
    other = {"typed": shown | later.get("typed", {}), "focus": "total", "caret": later.get("caret", False)}

    async def look() -> Frame:
        return form(**other)

    with closing(Ledger(tmp_path)) as ledger:
        readback = Readback(ledger, "d", "r", wanted(total=1538.4), eye)
        reason = await readback.reason(Held("r/9", CLICK, before, image("seen"), [], list(shown.values()), look))
    assert ("total" not in reason) is agrees


@pytest.mark.parametrize(
    ("shown", "action", "earlier", "said"),
    [
        ({}, CLICK, False, ""),
        ({"net": "1.00"}, CLICK, False, "net"),
        ({}, CLICK, True, "twice"),
        ({}, DoubleClick(at=CLICK.at), False, "more than one click"),
    ],
)
async def test_a_submission_is_held_and_written_down(
    eye: Recognizer, tmp_path: Path, shown: dict[str, str], action: Action, earlier: bool, said: str
) -> None:
    intents = [Intent(effect_id="r/3", action=CLICK)] if earlier else []
    with closing(Ledger(tmp_path)) as ledger:
        readback = Readback(ledger, "d", "r", wanted(), eye)
        held = Held("r/9", action, form({**TYPED, **shown}), image("seen"), intents, list(TYPED.values()))
        reason = await readback.reason(held)
        assert (said in reason) if said else (reason == "")
        (screen,) = ledger.of("d").screens
    assert isinstance(screen, Screen)
    assert (screen.effect_id, screen.image, screen.reason) == ("r/9", "seen", reason)
    assert len(screen.fields) == 6
