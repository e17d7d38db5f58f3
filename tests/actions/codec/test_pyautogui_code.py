import ast
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import (
    Decision,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.codec.codec import codec
from actions.errors import ActionInvalid, ActionUnsupported
from perception.geometry import Point, Size
from tests.actions.codec import drawn

SIZE = Size(width=1920, height=1080)
CODE = codec("pyautogui")
AT = Point(x=983, y=324)
END = Point(x=5, y=6)


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("pyautogui.click(x=983, y=324)", LeftClick(at=AT)),
        ("pyautogui.rightClick(x=983, y=324)", RightClick(at=AT)),
        ("pyautogui.middleClick(x=983, y=324)", MiddleClick(at=AT)),
        ("pyautogui.doubleClick(x=983, y=324)", DoubleClick(at=AT)),
        ("pyautogui.tripleClick(x=983, y=324)", TripleClick(at=AT)),
        ("pyautogui.moveTo(983, 324)", MouseMove(at=AT)),
        ("pyautogui.dragTo(5, 6, duration=0.5, button='left')", LeftClickDrag(end=END)),
        (
            "pyautogui.moveTo(983, 324)\npyautogui.dragTo(5, 6, duration=0.5, button='left')",
            LeftClickDrag(start=AT, end=END),
        ),
        ("pyautogui.scroll(-3)", Scroll(pixels=-300)),
        ("pyautogui.scroll(3, x=983, y=324)", Scroll(at=AT, pixels=300)),
        ("pyautogui.hscroll(2, x=983, y=324)", HScroll(at=AT, pixels=-200)),
        ("pyautogui.hscroll(0)", HScroll(pixels=0)),
        ("pyautogui.write('Zoë\\n\\'\"')", Type(text="Zoë\n'\"")),
        ("pyautogui.press('win')", Key(keys=("meta",))),
        ("pyautogui.press(' ')", Key(keys=("space",))),
        ("pyautogui.hotkey('ctrl', '+')", Key(keys=("ctrl", "+"))),
        ("time.sleep(1.5)", Wait(seconds=1.5)),
        ("time.sleep(2)", Wait(seconds=2)),
        ("DONE", Terminate(status="success")),
        ("FAIL", Terminate(status="failure")),
    ],
)
def test_every_call_both_ways(code, action):
    text = f"# Do it.\n#  now\n# \n{code}"
    decision = Decision(thought="Do it.\n now\n", action=action)
    assert CODE.encode(decision, SIZE) == text
    assert CODE.parse(text, SIZE) == decision


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("pyautogui.click(983, 324, 2, 0.1, 'left')", DoubleClick(at=AT)),
        ("pyautogui.click(x=983.5, y=324, button='secondary')", RightClick(at=AT)),
        ("pyautogui.click((983, 324), clicks=3, duration=0.2, _pause=False)", TripleClick(at=AT)),
        ("pyautogui.leftClick(983, 324);", LeftClick(at=AT)),
        ("pyautogui.vscroll(clicks=1)", Scroll(pixels=100)),
        ("pyautogui.typewrite('a', interval=0.05)", Type(text="a")),
        ("pyautogui.write(message=r'C:\\dir')", Type(text="C:\\dir")),
        ("pyautogui.press(['enter'])", Key(keys=("enter",))),
        ("pyautogui.press('enter', presses=1)", Key(keys=("enter",))),
        ("pyautogui.hotkey(['ctrl', 'c'])", Key(keys=("ctrl", "c"))),
        ("pyautogui.hotkey('Ctrl', 'C', interval=0.1)", Key(keys=("ctrl", "c"))),
        ("pyautogui.sleep(1)", Wait(seconds=1)),
        ("import pyautogui\nimport time\npyautogui.FAILSAFE = False\n\ntime.sleep(1)  # wait", Wait(seconds=1)),
        ("WAIT", Wait(seconds=2)),
    ],
)
def test_other_spellings_are_read(code, action):
    assert CODE.parse(code, SIZE).action == action


@pytest.mark.parametrize(
    ("text", "thought"),
    [
        ("time.sleep(1)", ""),
        ("#Wait.\r\ntime.sleep(1)\r\n", "Wait."),
        ("I wait.\ntime.sleep(1)", "I wait."),
        ("Thought: I wait,\nand look.\n\nimport time\ntime.sleep(1)", "I wait,\nand look."),
        ("```python\ntime.sleep(1)\n```", ""),
        ("```\n# Wait.\ntime.sleep(1)\n```\nThen I look.", "Wait."),
        ("I wait.\n```python\n# Wait.\ntime.sleep(1)\n```", "I wait.\nWait."),
        ("# Plan\nI wait.\n```python\ntime.sleep(1)", "# Plan\nI wait."),
        ("<think>pyautogui.click(1, 2)</think>\ntime.sleep(1)", ""),
        ("perhaps I click\n</think>\nI wait.\ntime.sleep(1)", "I wait."),
    ],
)
def test_layouts_that_are_read(text, thought):
    assert CODE.parse(text, SIZE) == Decision(thought=thought, action=Wait(seconds=1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no action"),
        ("# just a note", "no action"),
        ("import pyautogui", "no action"),
        ("I am sorry.", "not Python code"),
        ("I click.\npyautogui.click(1, 2)\npyautogui.click(1, 2)", "2 actions; give one at a time"),
        ("pyautogui.moveTo(1, 2)\npyautogui.click(1, 2)", "2 actions"),
        ("pyautogui.dragTo(1, 2)\npyautogui.moveTo(1, 2)", "2 actions"),
        ("pyautogui.click(1, 2)\ntime.sleep(1)", "2 actions"),
        ("```python\ntime.sleep(1)\n```\n```python\ntime.sleep(1)\n```", "2 code blocks"),
        ("pyautogui.click()", "needs x; write every value out"),
        ("pyautogui.click(5)", "needs y"),
        ("pyautogui.scroll(1, x=5)", "needs y"),
        ("pyautogui.click(1, 2, x=3)", "takes x, y, clicks"),
        ("pyautogui.click(1, 2, speed=3)", "takes x, y, clicks"),
        ("pyautogui.click(x, y)", "Only numbers, strings"),
        ("pyautogui.click(1, 2, button=pyautogui.RIGHT)", "Only numbers, strings"),
        ("pyautogui.moveTo(1, 2, tween=pyautogui.linear)", "Only numbers, strings"),
        ("pyautogui.click(1, 2, button='side')", 'no button "side"'),
        ("pyautogui.click(1, 2, 2, button='right')", 'no click of "right" 2 times'),
        ("pyautogui.dragTo(1, 2, button='right')", "left button"),
        ("pyautogui.click(1921, 2)", "off the screen, which is 1920x1080 pixels"),
        ("pyautogui.click('button.png')", "x must be a number"),
        ("pyautogui.click('1', 2)", "x must be a number"),
        ("pyautogui.click(True, 2)", "x must be a number"),
        ("pyautogui.keyDown('ctrl')\npyautogui.keyUp('ctrl')", "half of an action; use pyautogui.hotkey('ctrl', 'c')"),
        ("pyautogui.mouseDown()", "half of an action"),
        ("pyautogui.screenshot()", '"pyautogui.screenshot" is not a call that is read'),
        ("os.system('rm')", '"os.system" is not a call'),
        ("pyautogui.press('a', presses=2)", "one key, once"),
        ("pyautogui.press(['a', 'b'])", "one key, once"),
        ("pyautogui.press(['a'], 3)", "one key, once"),
        ("pyautogui.hotkey()", "No key"),
        ("pyautogui.hotkey(1)", "list of key names"),
        ("pyautogui.write(['a', 'b'])", "must be text"),
        ("pyautogui.write('\\ud83d')", "unicode"),
        ("pyautogui.write('C:\\dir')", "write the backslash twice"),
        ("pyautogui.scroll(0.5)", "whole number"),
        ("pyautogui.scroll(10**9)", "plain call"),
        ("time.sleep(61)", "from 0 to 60"),
        ("time.sleep(1e999)", "must be a number"),
        ("time.sleep(1) or time.sleep(2)", "plain call"),
        ("<think>time.sleep(1)", "no action"),
        ("perhaps\npyautogui.click(1, 2)\n</think>\nI wait.\ntime.sleep(1)", "plain call"),
        ("I type.\npyautogui.write('''\n```\npyautogui.click(1, 2)\n```''', x)", "Only numbers, strings"),
        ("I copy.\nclip.copy('''\npyautogui.click(1, 2, button='''left''')", "Only plain strings"),
        ("exec('import os')", "Only plain calls"),
    ],
)
def test_refusals_say_what_is_wrong(text, says):
    with pytest.raises(ActionInvalid) as caught:
        CODE.parse(text, SIZE)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("thought", ["a\rpyautogui.click(1, 2)", "a\0b", "a </think> b"])
def test_a_thought_that_would_end_its_comment_is_not_written(thought):
    with pytest.raises(ActionUnsupported, match="can't be a comment"):
        CODE.encode(Decision(thought=thought, action=Wait(seconds=1)), SIZE)


@given(data=st.data())
def test_whoever_runs_the_code_runs_one_action_and_no_word_of_a_thought_or_text(data):
    decision = data.draw(drawn.decisions(SIZE))
    with suppress(ActionUnsupported):
        text = CODE.encode(decision, SIZE)
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call | ast.Name)]
        has_start = isinstance(decision.action, LeftClickDrag) and decision.action.start is not None
        is_word = isinstance(decision.action, Terminate)
        assert len(calls) == (1 if is_word else 4 if has_start else 2)
