"""Requests of several steps on one screen: which goals, what was already worked, what comes next.

The screen shows a state. Goals that it shows as reached become the steps behind, in an order that leaves the focused
field last; goals that it shows as open become the steps ahead. What the history says and what the screen shows agree,
but for a few clicks that had no effect: the loop leaves steps without effect out of the history, and a small model that
meets many disagreements no longer trusts its history, which is the easier of the two to read.
"""

import random
from collections.abc import Sequence
from functools import partial

from agent.training.screens.goals import FINISHED, Goal, Move, fitting_value
from agent.training.screens.record import Question, Screen, Widget
from agent.training.screens.wordings import STYLES, clause, joined, worded
from agent.training.words import Words

SLIPS = 0.04
"""Share of histories that end with a click that had no effect."""
UNTOLD = 0.02
"""Share of histories that tell nothing, though the screen shows goals as reached."""
ALIKE = 0.12
"""Share of new values that hold a word of a field's name."""
REPLACED = 0.06
"""Share of filled fields that a request wants to hold something else."""


def enter_goal(rng: random.Random, words: Words, widget: Widget, *, new: bool, others: Sequence[Widget] = ()) -> Goal:
    """To enter a new value, or the value that the field shows; `others` are fields whose names it may speak of."""
    if not new and not widget.secret:
        return Goal("enter", widget, widget.value)
    names = [other.text for other in others if other.text]
    make = partial(_alike, rng, words, names) if names and rng.random() < ALIKE else words.value
    value = fitting_value(rng, make, widget)
    return Goal("enter", widget, value if value != widget.value else words.pseudo())


def _alike(rng: random.Random, words: Words, names: Sequence[str]) -> str:
    """A value with a word of a field's name in it: whoever copies it must know which of the two places it is at."""
    word = rng.choice(rng.choice(names).split())
    pick = rng.random()
    if pick < 0.4:
        return f"{words.name()} {word} {words.number()}"
    if pick < 0.7:
        return f"{words.cased(words.word())} {word}"
    return f"{word} {words.label()}"


def open_and_reached(screen: Screen, rng: random.Random, words: Words) -> tuple[list[Goal], list[Goal]]:
    """Goals still open and goals that the screen shows as reached, at most one for each control."""
    ahead: list[Goal] = []
    behind: list[Goal] = []
    fields = [w for w in screen.widgets if w.kind == "field" and not w.disabled]
    for widget in fields:
        if not widget.text and len(fields) > 1:
            continue
        if widget.hidden and (widget.clipped or widget.selected or widget.secret):
            continue
        if widget.clipped and not widget.focused and rng.random() < 0.8:
            continue  # what can't be read is rarely asked for
        if (
            widget.value
            and not widget.clipped
            and not widget.selected
            and not widget.secret
            and (rng.random() > REPLACED or widget.hidden)
        ):
            behind.append(enter_goal(rng, words, widget, new=False))
        elif not widget.secret or not widget.value:
            ahead.append(enter_goal(rng, words, widget, new=True, others=fields))
    groups: set[str] = set()
    for widget in screen.widgets:
        if widget.kind == "checkbox":
            if widget.checked and rng.random() < 0.85:
                behind.append(Goal("tick", widget))
            else:
                ahead.append(Goal("untick" if widget.checked else "tick", widget))
        elif widget.kind == "radio" and widget.group not in groups and rng.random() < 0.5:
            groups.add(widget.group)
            (behind if widget.checked else ahead).append(Goal("choose", widget))
        elif widget.kind == "select" and not widget.open and not any(w.open for w in screen.widgets):
            if rng.random() < 0.5:
                behind.append(Goal("select", widget, widget.value))
            else:
                ahead.append(Goal("select", widget, words.label()))
    return ahead, behind


def task_question(screen: Screen, rng: random.Random, words: Words) -> Question | None:
    """A request of two to six goals, at the point of its way that the screen shows; None where too little is there."""
    ahead, behind = open_and_reached(screen, rng, words)
    presses = [w for w in screen.widgets if w.kind == "button" and not w.disabled]
    if len(ahead) + len(behind) == 0 or (len(ahead) + len(behind) == 1 and not presses):
        return None
    worked = _worked(rng, behind)
    due = _due(rng, ahead, most=6 - len(worked) - 1)
    press = Goal("press", rng.choice(presses)) if presses and rng.random() < 0.85 else None
    if press and rng.random() < 0.25 and worked:
        due = []
    goals = [*worked, *due, *([press] if press else [])]
    if not goals:
        return None
    history = [step for goal in worked for step in goal.steps()]
    if worked and rng.random() < UNTOLD:
        history = []
    elif due and due[0].kind == "enter" and due[0].widget.focused and (history or rng.random() < 0.9):
        history += due[0].begun()
    if press and not due and rng.random() < 0.3:
        history += press.steps()
    history = _slipped(rng, goals, history)
    instruction = request(rng, goals, only_button=len(presses) == 1)
    move = next((goal.move(screen.size) for goal in goals if not goal.reached(history)), FINISHED)
    return question("task", instruction, move, tuple(history))


def _worked(rng: random.Random, behind: list[Goal]) -> list[Goal]:
    """The reached goals or some of them, top to bottom mostly, the focused one last."""
    upmost = min(len(behind), 4)
    worked = rng.sample(behind, upmost if rng.random() < 0.6 else rng.randint(0, upmost))
    focused = [goal for goal in behind if goal.widget.focused]
    if focused and worked and focused[0] not in worked and rng.random() < 0.9:
        worked.append(focused[0])
    if rng.random() < 0.75:
        worked.sort(key=lambda goal: goal.widget.box[1])
    worked.sort(key=lambda goal: goal.widget.focused)
    if not focused and worked and worked[-1].kind == "enter":
        worked.sort(key=lambda goal: goal.kind != "enter")  # a field left without the focus was not the last one worked
    return worked


def _due(rng: random.Random, ahead: list[Goal], most: int) -> list[Goal]:
    """Some of the open goals, the focused one first."""
    upmost = min(len(ahead), max(0, most))
    due = rng.sample(ahead, rng.randint(0 if rng.random() < 0.2 else min(1, upmost), upmost))
    focused = [goal for goal in ahead if goal.widget.focused]
    if focused and focused[0] not in due and rng.random() < 0.9 and len(due) < most:
        due.append(focused[0])
    if rng.random() < 0.75:
        due.sort(key=lambda goal: goal.widget.box[1])
    due.sort(key=lambda goal: not goal.widget.focused)
    return due


def _slipped(rng: random.Random, goals: list[Goal], history: list[str]) -> list[str]:
    """Now and then, one more click that had no effect, or a step that took two tries."""
    if rng.random() < SLIPS:
        open_goal = next((goal for goal in goals if not goal.reached(history)), None)
        if open_goal and open_goal.kind not in ("press", "enter"):
            history = history + [step for step in open_goal.steps() if step not in history][:1]
    if history and rng.random() < 0.04:
        at = rng.randrange(len(history))
        history = [*history[: at + 1], *history[at:]]
    return history


def request(rng: random.Random, goals: list[Goal], *, only_button: bool = False) -> str:
    """The goals as one request, in one of several forms."""
    if len(goals) == 1:
        kind, names = goals[0].words
        text = worded(rng, kind, **names)
        return text[:1].upper() + text[1:] if rng.random() < 0.8 else text
    style = rng.choice(STYLES)
    clauses: list[str] = []
    rest = list(goals)
    if all(goal.words[0] == "enter" for goal in rest[:2]) and rng.random() < 0.35:
        clauses.append(_listed_fields(rng, rest, style))
    while rest:
        same = [goal for goal in rest if goal.kind == rest[0].kind]
        if rest[0].kind in ("tick", "untick") and len(same) > 1 and same == rest[: len(same)] and rng.random() < 0.6:
            clauses.append(_listed_ticks(rng, same, style))
            rest = rest[len(same) :]
            continue
        goal = rest.pop(0)
        kind, names = goal.words
        if kind == "press" and only_button and rng.random() < 0.04:
            kind, names = "press_only", {}
        clauses.append(clause(rng, kind, style, **names))
    return joined(rng, clauses)


def _listed_fields(rng: random.Random, rest: list[Goal], style: str) -> str:
    """Takes the fields at the head of `rest` and lists them: names with values."""
    fields = []
    while rest and rest[0].words[0] == "enter":
        fields.append(rest.pop(0).words[1])
    pick = rng.random()
    if pick < 0.5:
        mark = rng.choice((": ", " = ", ": "))
        return rng.choice(("; ", ", ", "; ")).join(f"{f['x']}{mark}{style.format(f['v'])}" for f in fields)
    names = [f"the {style.format(f['x']) if pick > 0.8 else f['x']} {style.format(f['v'])}" for f in fields]
    verb = rng.choice(("enter ", "fill in ", "type "))
    return verb + " and ".join(names) + rng.choice(("", "", " into the text fields"))


def _listed_ticks(rng: random.Random, goals: list[Goal], style: str) -> str:
    names = [style.format(goal.widget.text) for goal in goals]
    verb = rng.choice(("tick ", "check ", "select ") if goals[0].kind == "tick" else ("untick ", "uncheck ", "clear "))
    return verb + ", ".join(names[:-1]) + rng.choice((" and ", ", ")) + names[-1]


def left_behind(rng: random.Random, words: Words) -> Question:
    """All was worked and sent, and the page has changed: the request is finished, whatever the page shows now."""
    goals: list[Goal] = []
    for _ in range(rng.randint(0, 3)):
        kind = rng.choice(("enter", "enter", "tick", "choose"))
        widget = Widget(kind, (0, 0, 1, 1), words.field() if kind == "enter" else words.check())
        goals.append(Goal(kind, widget, words.value() if kind == "enter" else ""))
    goals.append(Goal("press", Widget("button", (0, 0, 1, 1), words.button())))
    history = tuple(step for goal in goals for step in goal.steps())
    return question("finished", request(rng, goals), FINISHED, history)


def question(kind: str, instruction: str, move: Move, history: tuple[str, ...] = ()) -> Question:
    """The question whose right answer is `move`."""
    return Question(kind, instruction, move.thought, move.action, dict(move.arguments), history, move.target, move.hit)
