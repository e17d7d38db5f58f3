"""The agent keeps OSWorld's contract, and does none of what the public one does wrong."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from actions.codec.codec import codec
from agent.osworld_agent import LOOK_AGAIN, OSWorldAgent
from agent.policy import ModelPolicy
from perception.clients.scripted import ScriptedClient
from perception.errors import ClientError, ImageError
from perception.observation import Frame
from perception.screenshot import encode_png

WIDTH, HEIGHT = 1920, 1080


def seen(shade: int = 0) -> dict[str, Any]:
    """What desktop_env shows."""
    pixels = np.full((HEIGHT, WIDTH, 3), shade, np.uint8)
    picture = encode_png(Frame(pixels=pixels))
    return {"screenshot": picture, "accessibility_tree": None, "terminal": None, "instruction": "Do it"}


def call(action: str, **arguments: Any) -> str:
    return json.dumps({"thought": "Go on", "action": action, **arguments})


@contextmanager
def agent(*replies: str, dialect: str = "qwen3vl") -> Iterator[tuple[OSWorldAgent, ScriptedClient]]:
    client = ScriptedClient(replies)
    made = OSWorldAgent(ModelPolicy(client, codec(dialect), prompt="computer_use"))
    try:
        made.reset(None, vm_ip="127.0.0.1")
        yield made, client
    finally:
        made.close()


def action_for(reply: str, dialect: str = "qwen3vl") -> str:
    with agent(reply, dialect=dialect) as (made, _):
        response, actions = made.predict("Do it", seen())
    assert response == reply
    assert len(actions) == 1
    return actions[0]


def test_failure_is_fail_and_success_is_done() -> None:
    assert action_for(call("terminate", status="failure")) == "FAIL"
    assert action_for(call("terminate", status="success")) == "DONE"


def test_an_answer_ends_the_task() -> None:
    assert action_for(call("answer", text="42")) == "DONE"


def test_a_scroll_turns_the_wheel_at_its_point() -> None:
    code = action_for(call("scroll", coordinate=[250, 500], pixels=-240))
    assert code == "pyautogui.scroll(-2, x=480, y=540)"


@pytest.mark.parametrize(("pixels", "clicks"), [(-7, -1), (70, 1), (-200, -2), (0, 0)])
def test_a_scroll_is_rounded_to_clicks_and_turns_by_one_at_least(pixels: int, clicks: int) -> None:
    assert action_for(call("scroll", coordinate=[500, 500], pixels=pixels)).startswith(f"pyautogui.scroll({clicks}, ")


def test_a_wait_takes_its_time() -> None:
    assert action_for(call("wait", time=7)) == "time.sleep(7.0)"
    assert action_for(call("wait", time=2)) == "time.sleep(2.0)"


def test_a_drag_begins_at_its_start_where_the_model_names_one() -> None:
    code = action_for(call("left_click_drag", coordinate=[250, 500], coordinate2=[500, 750]))
    assert code == "pyautogui.moveTo(480, 540)\npyautogui.dragTo(960, 810, duration=0.5, button='left')"


def test_the_edge_of_either_grid_is_on_the_screen() -> None:
    for dialect, edge in (("qwen3vl", 1000), ("qwen3vl-999", 999)):
        code = action_for(call("left_click", coordinate=[edge, edge]), dialect)
        assert code == f"pyautogui.click(x={WIDTH - 1}, y={HEIGHT - 1})"
    inside = {
        dialect: action_for(call("left_click", coordinate=[900, 900]), dialect)
        for dialect in ("qwen3vl", "qwen3vl-999")
    }
    assert inside["qwen3vl"] == "pyautogui.click(x=1728, y=972)"
    assert inside["qwen3vl-999"] == "pyautogui.click(x=1729, y=972)"


def test_no_action_looks_again_and_the_model_is_told() -> None:
    with agent("hm", "well", call("wait", time=1)) as (made, client):
        assert made.predict("Do it", seen()) == ("well", [LOOK_AGAIN])
        made.predict("Do it", seen(9))
    assert "it failed" in str(client.asked[-1])


@pytest.mark.parametrize("text", ["a < b", "Grüße", "日本語", "'\"\\ {x}"])
def test_text_is_one_simple_statement_that_holds_it(text: str) -> None:
    code = action_for(call("type", text=text))
    tree = ast.parse(f"import pyautogui; import time; pyautogui.FAILSAFE = False; {code}")
    held = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert text in held
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exec":
            ast.parse(ast.literal_eval(node.args[0]))


def test_what_a_model_types_is_never_code() -> None:
    code = action_for(call("type", text="'); import os; os.abort(); ('"))
    assert [type(node).__name__ for node in ast.parse(code).body] == ["Expr"]


def test_a_step_that_changed_nothing_is_told_to_the_model() -> None:
    click = call("left_click", coordinate=[500, 500])
    with agent(click, click, click) as (made, client):
        made.predict("Do it", seen())
        made.predict("Do it", seen())
        assert "changed nothing" in str(client.asked[1])
        made.predict("Do it", seen(200))
        assert made.steps[1].verdict is not None
        assert made.steps[1].verdict.changed


def test_a_reset_forgets_the_last_episode() -> None:
    with agent(call("wait", time=1), call("wait", time=1)) as (made, client):
        made.predict("Do it", seen())
        made.reset(None, vm_ip="127.0.0.1")
        made.predict("Another", seen())
        assert made.steps[0].index == 0
    assert "Go on" not in str(client.asked[1])


def test_no_picture_and_no_model_are_errors() -> None:
    with agent(call("wait", time=1)) as (made, _), pytest.raises(ImageError):
        made.predict("Do it", {**seen(), "screenshot": None})
    with agent() as (made, _), pytest.raises(ClientError):
        made.predict("Do it", seen())
