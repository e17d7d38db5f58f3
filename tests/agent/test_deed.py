"""What a person does by hand is told in the words that a model has for its own steps."""

import pytest

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    Open,
    RightClick,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.risk import Under
from agent.deed import LONGEST_NAME, words_for
from perception.geometry import Point

AT = Point(x=3, y=4)
SAVE = Under(role="button", texts=("Save",))
NAME = Under(role="field", texts=("Name", "name"))


@pytest.mark.parametrize(
    ("action", "under", "words"),
    [
        (LeftClick(at=AT), SAVE, 'Click "Save"'),
        (LeftClick(at=AT), NAME, 'Focus "Name"'),
        (LeftClick(at=AT), Under(role="password"), "Focus here"),
        (LeftClick(at=AT), None, "Click here"),
        (DoubleClick(at=AT), SAVE, 'Double-click "Save"'),
        (RightClick(at=AT), None, "Right-click here"),
        (LongPress(at=AT), SAVE, 'Long-press "Save"'),
        (TripleClick(at=AT), NAME, 'Select the text in "Name"'),
        (TripleClick(at=AT), None, "Select the text here"),
        (LeftClickDrag(start=AT, end=AT), SAVE, 'Drag to "Save"'),
        (Type(text="Ada"), NAME, 'Type "Ada"'),
        (Type(text="a" * 300), NAME, "Type a long text"),
        (Key(keys=("ctrl", "a")), NAME, "Press ctrl+a"),
        (Scroll(pixels=-400), None, "Scroll down"),
        (Scroll(pixels=400), None, "Scroll up"),
        (HScroll(pixels=400), None, "Scroll left"),
        (HScroll(pixels=-400), None, "Scroll right"),
        (Swipe(start=AT, end=AT), None, "Swipe"),
        (SystemButton(button="back"), None, "Press back"),
        (Open(app="Files"), None, 'Open "Files"'),
        (Wait(seconds=1), None, "Wait"),
        (Terminate(status="success"), None, "Finished"),
        (Terminate(status="failure"), None, "Give up"),
        (Answer(text="42"), None, "Answer"),
    ],
)
def test_every_deed_has_words(action: Action, under: Under | None, words: str) -> None:
    assert words_for(action, under) == words


def test_a_name_is_short_on_one_line_and_never_that_of_the_ground() -> None:
    long = "x" * (LONGEST_NAME + 1)
    click = LeftClick(at=AT)
    assert words_for(click, Under(role="button", texts=(long, " Send\n now "))) == 'Click "Send now"'
    assert words_for(click, Under(role="button", texts=(long, ""))) == "Click here"
    assert words_for(click, Under(role="text", texts=("Messages",))) == "Click here"
