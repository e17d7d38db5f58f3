import json

import pytest

from actions.action import Decision, LeftClick, LeftClickDrag, LongPress, MouseMove
from actions.codec.codec import codec
from actions.errors import ActionInvalid
from perception.geometry import Point, Size
from tests.actions.test_space import accepts

SIZE = Size(width=1920, height=1080)
PIXELS = codec("pixels")


def test_points_are_the_frames_own_numbers():
    decision = Decision(thought='Click "Save"', action=LeftClick(at=Point(x=983, y=324)))
    text = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [983, 324]}'
    assert PIXELS.encode(decision, SIZE) == text
    assert PIXELS.parse(text, SIZE) == decision
    assert PIXELS.parse(text, Size(width=1000, height=1000)) == decision


def test_a_call_is_read_too_and_a_drag_of_two_points():
    arguments = {"action": "left_click_drag", "coordinate": [1, 2], "coordinate2": [1919, 1079]}
    call = json.dumps({"name": "computer_use", "arguments": arguments})
    found = PIXELS.parse(f"<tool_call>\n{call}\n</tool_call>", SIZE).action
    assert found == LeftClickDrag(start=Point(x=1, y=2), end=Point(x=1919, y=1079))


def test_phones_have_pixels_as_well():
    size = Size(width=1080, height=2400)
    decision = Decision(action=LongPress(at=Point(x=1079, y=2399), seconds=2))
    text = PIXELS.encode(decision, size, "android")
    assert PIXELS.parse(text, size) == decision


@pytest.mark.parametrize(
    ("given", "meant"),
    [([0, 0], (0, 0)), ([10.9, 20.2], (10, 20)), ([1920, 1080], (1919, 1079)), ([1919.5, -0.0], (1919, 0))],
)
def test_fractions_are_cut_off_and_the_far_edge_is_the_last_pixel(given, meant):
    text = json.dumps({"action": "left_click", "coordinate": given})
    assert PIXELS.parse(text, SIZE).action == LeftClick(at=Point(x=meant[0], y=meant[1]))


@pytest.mark.parametrize("given", [[1921, 5], [5, 1081], [-1, 5], [5, -0.5], [10**400, 5], [1920.5, 5]])
def test_beyond_the_frame_is_refused_with_its_size(given):
    text = json.dumps({"action": "left_click", "coordinate": given})
    with pytest.raises(ActionInvalid, match="off the screen, which is 1920x1080 pixels"):
        PIXELS.parse(text, SIZE)


def test_what_is_no_point_is_refused_in_pixels():
    with pytest.raises(ActionInvalid, match="two numbers in pixels of the screen, which is 1920x1080"):
        PIXELS.parse('{"action": "left_click", "coordinate": 5}', SIZE)


@pytest.mark.parametrize(("surface", "width", "height"), [("desktop", 1000, 1000), ("android", 1080, 2400)])
def test_instructions_never_speak_of_a_grid(surface, width, height):
    told = PIXELS.instructions(surface, Size(width=width, height=height))
    assert f"The screen is {width}x{height} pixels." in told
    assert "counts as" not in told
    assert "whatever its real size" not in told
    assert f'"maximum": {max(width, height) - 1}}}' in told


def test_a_pixel_schema_lets_screens_pass_that_are_larger_than_the_grid():
    at = Point(x=3839, y=2159)
    text = PIXELS.encode(Decision(action=MouseMove(at=at)), Size(width=3840, height=2160))
    assert json.loads(text)["coordinate"] == [3839, 2159]
    schema = PIXELS.schema("desktop")
    assert schema is not None
    assert accepts(schema, text)
