"""Questions: replies that parse, clicks inside their targets, steps that follow from what is visible."""

import collections
import itertools
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.training.screens import Question, Screen, Widget, make_screen, questions
from agent.training.screens.describing import shape_name
from agent.training.screens.goals import Goal, Move, on_grid
from agent.training.screens.inquiries import inquiries
from agent.training.screens.screen import GENRES
from agent.training.screens.tasks import open_and_reached
from agent.training.screens.wordings import CLAUSES, SINGLE
from agent.training.words import Words
from perception.geometry import Size
from perception.grounding import parse

PARAMETERS = {
    "left_click": {"coordinate"},
    "double_click": {"coordinate"},
    "right_click": {"coordinate"},
    "middle_click": {"coordinate"},
    "triple_click": {"coordinate"},
    "mouse_move": {"coordinate"},
    "left_click_drag": {"coordinate", "coordinate2"},
    "scroll": {"coordinate", "pixels"},
    "hscroll": {"coordinate", "pixels"},
    "type": {"text"},
    "key": {"keys"},
    "wait": {"time"},
    "answer": {"text"},
    "terminate": {"status"},
}
PREFIXES = (
    'Click "',
    "Click the ",
    'Middle-click "',
    "Middle-click the ",
    'Focus "',
    "Focus the ",
    'Type "',
    'Tick "',
    'Untick "',
    'Choose "',
    "Finished",
    'Open "',
    "Select the text in ",
    'Drag "',
    "Scroll ",
    "Press ",
    "Wait",
    "Answer",
    "Double-click ",
    "Right-click ",
    "Hover ",
)
CLICKS = ("left_click", "double_click", "right_click", "middle_click", "triple_click", "mouse_move", "left_click_drag")


def _asked(seed: int, **options) -> tuple[Screen, list[Question]]:
    rng = random.Random(seed)
    screen = make_screen(rng, **options)
    return screen, questions(screen, rng)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from(list(GENRES)), st.booleans())
def test_replies_parse_and_clicks_land_on_their_targets(seed: int, genre: str, heldout: bool) -> None:
    screen, asked = _asked(seed, genre=genre, heldout=heldout)
    assert len(asked) <= 8
    for question in asked:
        reply = json.loads(question.reply)
        if isinstance(reply, list):
            check_place(question, screen)
            continue
        assert list(reply)[:2] == ["thought", "action"]
        assert set(reply) - {"thought", "action"} == PARAMETERS[question.action]
        assert question.thought.startswith(PREFIXES)
        assert all(line.startswith(PREFIXES) for line in question.history)
        assert question.instruction.strip() == question.instruction != ""
        scrolled_list = question.action == "scroll" and "list" in question.instruction
        assert (question.target is not None) == (question.action in CLICKS or scrolled_list)
        for name in ("coordinate", "coordinate2"):
            if name in reply:
                assert all(isinstance(value, int) and 0 <= value <= 1000 for value in reply[name])
        if question.target and question.hit:
            x, y = (value * side / 1000 for value, side in zip(reply["coordinate"], screen.size, strict=True))
            for x1, y1, x2, y2 in (question.target, question.hit):
                assert x1 - 0.3 <= x <= x2 + 0.3
                assert y1 - 0.3 <= y <= y2 + 0.3


def check_place(question: Question, screen: Screen) -> None:
    """A reply that locates something: read by the code that reads a model's, it names the box and a point in it."""
    found = parse(question.reply, Size(width=screen.size[0], height=screen.size[1]))
    assert question.instruction.startswith("Locate ")
    if question.kind == "locate_none":
        assert found is None
        return
    assert found is not None
    assert found.label
    assert found.box is not None
    assert question.hit is not None
    edges = (found.box.left, found.box.top, found.box.right, found.box.bottom)
    assert all(abs(a - b) <= 1.5 for a, b in zip(edges, question.hit, strict=True))
    assert question.hit[0] - 1 <= found.point.x <= question.hit[2] + 1
    assert question.hit[1] - 1 <= found.point.y <= question.hit[3] + 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from(["figures", "tiles", "marks"]))
def test_all_that_a_description_fits_counts(seed: int, genre: str) -> None:
    screen, asked = _asked(seed, genre=genre)
    shapes = [w for w in screen.widgets if w.kind == "shape"]
    for question in asked:
        if question.kind == "shape" and " the " in f" {question.thought}":
            boxes = {question.hit, *question.also}
            assert boxes <= {w.box for w in shapes}
            full = question.thought.removeprefix("Click the ")
            assert all(w.box in boxes for w in shapes if shape_name(w) == full)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from(["form", "scattered", "column", "figures"]))
def test_counts_and_states_are_those_of_the_screen(seed: int, genre: str) -> None:
    screen, _ = _asked(seed, genre=genre)
    rng = random.Random(seed)
    for asked in inquiries(screen, rng, Words(rng, heldout=False), 8):
        text = asked.arguments["text"]
        if asked.kind == "count" and " buttons" in asked.instruction and "radio" not in asked.instruction:
            assert text == str(sum(w.kind == "button" for w in screen.widgets))
        if asked.kind == "state":
            assert text in ("yes", "no")
        if asked.kind == "what_at":
            assert any((shape_name(w) if w.kind == "shape" else w.text) in text for w in screen.widgets)


def test_fields_without_names_are_asked_for_by_their_number() -> None:
    fields = [Widget("field", (10, y, 110, y + 20)) for y in (10, 40, 70)]
    screen = Screen(np.zeros((256, 320, 3), np.uint8), fields, np.zeros((16, 20, 4), np.int16), False, "plain", "")
    asked = [q for seed in range(20) for q in questions(screen, random.Random(seed)) if q.kind == "focus"]
    hits = {word: q.hit for q in asked for word in ("first", "2nd", "third", "last") if f" {word} " in q.instruction}
    assert hits == {"first": fields[0].box, "2nd": fields[1].box, "third": fields[2].box, "last": fields[2].box}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40))
def test_what_is_typed_stands_in_the_request(seed: int) -> None:
    for question in _asked(seed, genre="form")[1]:
        if question.action == "type":
            assert question.arguments["text"] in question.instruction
            assert question.thought == f'Type "{question.arguments["text"]}"'


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40))
def test_typing_needs_a_focused_field(seed: int) -> None:
    screen, asked = _asked(seed, genre="form")
    focused = [w for w in screen.widgets if w.kind == "field" and w.focused]
    for question in asked:
        if question.action == "type":
            assert focused
            assert focused[0].selected or not focused[0].value


def test_every_action_kind_is_asked_for() -> None:
    seen = collections.Counter()
    for seed, genre in itertools.product(range(25), GENRES):
        seen.update(question.action for question in _asked(seed, genre=genre)[1])
    assert set(seen) - {""} == set(PARAMETERS)


def test_long_requests_are_common_on_forms_and_histories_seldom_disagree() -> None:
    kinds, repeated, finished = collections.Counter(), 0, 0
    for seed in range(80):
        for question in _asked(seed, genre="form")[1]:
            kinds[question.kind] += 1
            repeated += question.kind == "task" and question.thought in question.history
            finished += question.kind == "task" and question.action == "terminate"
    assert kinds["task"] > 0.2 * sum(kinds.values())
    assert repeated / kinds["task"] < 0.05
    assert 0.03 < finished / kinds["task"] < 0.3


def test_the_same_seed_asks_the_same() -> None:
    assert _asked(77)[1] == _asked(77)[1]


def test_every_request_has_at_least_six_wordings() -> None:
    assert all(len(set(wordings)) >= 6 for wordings in SINGLE.values())
    assert all(len(set(wordings)) >= 3 for wordings in CLAUSES.values())


NAME = Widget("field", (10, 10, 110, 30), "Name")
BOX = Widget("checkbox", (10, 40, 90, 54), "I agree", mark=(10, 40, 24, 54))


@pytest.mark.parametrize(
    ("goal", "thought", "action"),
    [
        (Goal("enter", NAME, "Ada"), 'Focus "Name"', "left_click"),
        (Goal("enter", Widget("field", NAME.box, "Name", focused=True), "Ada"), 'Type "Ada"', "type"),
        (
            Goal("enter", Widget("field", NAME.box, "Name", value="Bob"), "Ada"),
            'Select the text in "Name"',
            "triple_click",
        ),
        (
            Goal("enter", Widget("field", NAME.box, "Name", value="Bob", focused=True, selected=True), "Ada"),
            'Type "Ada"',
            "type",
        ),
        (Goal("tick", BOX), 'Tick "I agree"', "left_click"),
        (Goal("press", Widget("button", (0, 0, 40, 20), "Send")), 'Click "Send"', "left_click"),
    ],
)
def test_the_next_step_follows_from_what_is_visible(goal: Goal, thought: str, action: str) -> None:
    move = goal.move((320, 256))
    assert not goal.reached([])
    assert (move.thought, move.action) == (thought, action)


def test_goals_are_reached_when_the_screen_shows_it() -> None:
    assert Goal("enter", Widget("field", NAME.box, "Name", value="Ada"), "Ada").reached([])
    assert Goal("untick", BOX).reached([])
    press = Goal("press", Widget("button", (0, 0, 40, 20), "Send"))
    assert press.reached(['Click "Send"'])
    assert not press.reached(['Click "Sent"'])


def _work(widgets: list[Widget], move: Move) -> None:
    """What a browser would do."""
    hit = [w for w in widgets if move.hit == w.box]
    if move.action == "type":
        for widget in widgets:
            if widget.focused:
                widget.value, widget.selected = move.arguments["text"], False
        return
    for widget in widgets:
        widget.focused = widget in hit and widget.kind == "field"
        widget.selected = widget.focused and move.action == "triple_click"
    for widget in hit:
        if widget.kind == "checkbox":
            widget.checked = not widget.checked
        if widget.kind == "radio":
            for other in widgets:
                other.checked = (
                    other is widget if other.kind == "radio" and other.group == widget.group else other.checked
                )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40))
def test_the_steps_lead_to_the_end(seed: int) -> None:
    rng = random.Random(seed)
    screen = make_screen(rng, genre="form")
    ahead, behind = open_and_reached(screen, rng, Words(rng, heldout=False))
    goals = [goal for goal in [*ahead, *behind] if goal.kind != "select"]
    goals += [Goal("press", w) for w in screen.widgets if w.kind == "button" and not w.disabled][:1]
    history: list[str] = []
    for _ in range(3 * len(goals) + 1):
        waiting = [goal for goal in goals if not goal.reached(history)]
        if not waiting:
            break
        move = waiting[0].move(screen.size)
        history.append(move.thought)
        _work(screen.widgets, move)
    assert all(goal.reached(history) for goal in goals), history
    assert len(history) == len(set(history))


def test_a_check_box_is_aimed_at_its_square_and_hit_on_its_name() -> None:
    move = Goal("tick", BOX).move((320, 256))
    assert (move.target, move.hit) == (BOX.mark, BOX.box)
    assert move.arguments["coordinate"] == on_grid((17, 47), (320, 256))


def test_quotes_and_backslashes_survive_the_reply() -> None:
    question = Question("type", "…", 'Type "a\\"', "type", {"text": 'a\\"'})
    assert json.loads(question.reply)["text"] == 'a\\"'
    assert question.reply.startswith('{"thought": "Type \\"a\\\\\\"", "action": "type", "text": ')
