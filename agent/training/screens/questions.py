"""`questions`: what can be asked about a screen, with the right replies."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.training.screens.describing import described_shape, in_order
from agent.training.screens.goals import FINISHED, Goal, Move, click, fitting_value, named, on_grid
from agent.training.screens.inquiries import answer, inquiries
from agent.training.screens.locating import locating
from agent.training.screens.record import Question, Screen, Widget, centre
from agent.training.screens.tasks import enter_goal, left_behind, question, task_question
from agent.training.screens.wordings import worded
from agent.training.words import Words

KEYS: dict[str, list[str]] = {
    "Enter": ["enter"],
    "Tab": ["tab"],
    "Escape": ["esc"],
    "Backspace": ["backspace"],
    "Delete": ["delete"],
    "Page Down": ["pagedown"],
    "Page Up": ["pageup"],
    "Home": ["home"],
    "End": ["end"],
    "Space": ["space"],
    "the down arrow": ["down"],
    "the up arrow": ["up"],
    "F5": ["f5"],
    "Ctrl+A": ["ctrl", "a"],
    "Ctrl+C": ["ctrl", "c"],
    "Ctrl+V": ["ctrl", "v"],
    "Ctrl+Z": ["ctrl", "z"],
    "Ctrl+S": ["ctrl", "s"],
    "Shift+Tab": ["shift", "tab"],
    "Alt+Left": ["alt", "left"],
}
"""Keys as requests name them, and as the action does."""

ORDINALS = (
    ("first", "second", "third", "fourth", "fifth", "sixth"),
    ("1st", "2nd", "3rd", "4th", "5th", "6th"),
)

LIST_SCROLL, PAGE_SCROLL = 100, 300
"""Pixels of one scroll."""

CLICKED = ("button", "link", "tab", "menuitem", "item", "cell", "icon", "shape")


@dataclass(slots=True)
class _Asker:
    screen: Screen
    rng: random.Random
    words: Words

    def click(self, widget: Widget) -> Question | None:
        """To click something by its name, to do so in another way, or to have done so."""
        rng, kind = self.rng, widget.kind
        if widget.disabled or (kind == "item" and widget.checked) or (kind == "menuitem" and widget.open):
            return None
        if rng.random() < 0.07 and kind not in ("tab", "menuitem") and not widget.scale:
            return self.other_click(widget)
        name, also = widget.text, ()
        if kind == "shape":
            name, fitting = described_shape(rng, widget, self.screen.widgets)
            widget, also = fitting[0], tuple(other.box for other in fitting[1:])
        if kind == "cell" and rng.random() < 0.6:
            instruction = worded(rng, "cell_at", row=widget.row, column=widget.column)
        elif kind == "button" and self.only("button") and rng.random() < 0.08:
            instruction = worded(rng, "press_only")
        elif kind == "icon" and widget.group == "dialog":
            instruction = worded(rng, "close", x=rng.choice(("x", "X", "cross", "close button")))
        else:
            wording = "menu" if kind == "menuitem" and widget.group == "bar" else kind
            instruction = worded(rng, wording, x=name)
        move = click(f"Click {named(widget)}", widget, self.screen.size)
        if (kind == "tab" and widget.checked) or rng.random() < 0.05:
            past = () if kind == "tab" and widget.checked and rng.random() < 0.5 else (move.thought,)
            return question("finished", instruction, FINISHED, past)
        return replace(question(kind, instruction, move), also=also)

    def other_click(self, widget: Widget) -> Question:
        kind, action, verb = self.rng.choice(
            (
                ("double", "double_click", "Double-click"),
                ("right", "right_click", "Right-click"),
                ("middle", "middle_click", "Middle-click"),
                ("hover", "mouse_move", "Hover"),
            )
        )
        shape = widget.kind == "shape"
        name = f"{widget.colour} {widget.shape}" if shape else widget.text
        instruction = worded(self.rng, kind, x=name, what="" if shape else widget.kind).rstrip()
        if widget.kind in ("icon", "shape"):
            instruction = (
                instruction.replace('"', "")
                .replace("'", "")
                .replace(name, f"the {name}" + (" icon" if not shape else ""))
            )
        return question(kind, instruction, click(f"{verb} {named(widget)}", widget, self.screen.size, action))

    def only(self, kind: str) -> bool:
        return sum(w.kind == kind for w in self.screen.widgets) == 1

    def goal(self, kind: str, goal: Goal) -> Question:
        """One goal alone: reached, or with its next step due; with or without the steps behind it."""
        steps = goal.steps()
        history: list[str] = []
        if goal.reached([]):
            history = steps if self.rng.random() < 0.75 or goal.widget.secret else []
            move = FINISHED
        else:
            move = goal.move(self.screen.size)
            if self.rng.random() < 0.85:
                history = goal.begun()
            if goal.kind != "enter" and self.rng.random() < 0.04:
                history = [*history, move.thought]
        wording, names = goal.words
        if wording == "choose" and goal.widget.group and self.rng.random() < 0.5:
            wording, names = "choose_in", {**names, "group": goal.widget.group}
        return question(kind, worded(self.rng, wording, **names), move, tuple(history))

    def checkbox(self, widget: Widget) -> Question:
        wanted = widget.checked if self.rng.random() < 0.22 else not widget.checked
        return self.goal("checkbox", Goal("tick" if wanted else "untick", widget))

    def radio(self, widget: Widget) -> Question | None:
        if widget.checked and self.rng.random() < 0.3:
            return None
        return self.goal("radio", Goal("choose", widget))

    def select(self, widget: Widget) -> Question | None:
        if widget.open:
            return None
        value = widget.value if self.rng.random() < 0.3 else self.words.label()
        return self.goal("select", Goal("select", widget, value))

    def option(self, widget: Widget) -> Question | None:
        owner = next((w for w in self.screen.widgets if w.kind == "select" and w.text == widget.group), None)
        if owner is None or widget.checked:
            return None
        return self.goal("option", Goal("select", owner, widget.text, option=widget))

    def unnamed_field(self, widget: Widget) -> Question | None:
        """One of several fields without names: by its number, from the top."""
        fields = in_order([w for w in self.screen.widgets if w.kind == "field"])
        if len(fields) > len(ORDINALS[0]) or any(field.text for field in fields):
            return None
        name = _nth(self.rng, next(i for i, field in enumerate(fields) if field is widget), len(fields))
        move = click(f"Focus the {name} text field", widget, self.screen.size)
        if self.rng.random() < 0.75:
            instruction = worded(self.rng, "focus_nth", n=name)
            return question("focus", instruction, FINISHED if widget.focused else move)
        value = fitting_value(self.rng, self.words.value, widget)
        instruction = worded(self.rng, "enter_nth", n=name, v=value)
        if widget.focused and not widget.value:
            return question("enter", instruction, Move(f'Type "{value}"', "type", {"text": value}), (move.thought,))
        return question("enter", instruction, move)

    def field(self, widget: Widget) -> Question | None:
        if not widget.text and not self.only("field"):
            return self.unnamed_field(widget)
        if widget.hidden:
            return None
        pick = self.rng.random()
        if pick < 0.35:
            return self.focus(widget)
        if pick < 0.5 and widget.value and not widget.clipped and not widget.secret and widget.text:
            instruction = worded(self.rng, "read_value", x=widget.text)
            return question("read_value", instruction, answer(widget.value))
        if widget.secret and widget.value:
            return None
        new = not widget.value or widget.clipped or self.rng.random() < 0.15
        return self.goal("enter", enter_goal(self.rng, self.words, widget, new=new))

    def focus(self, widget: Widget) -> Question:
        move = click(f"Focus {named(widget)}", widget, self.screen.size)
        instruction = worded(self.rng, "focus", x=widget.text) if widget.text else worded(self.rng, "focus_only")
        if widget.focused:
            return question("focus", instruction, FINISHED, (move.thought,) if self.rng.random() < 0.6 else ())
        return question("focus", instruction, move, (move.thought,) if self.rng.random() < 0.05 else ())

    def slider(self, widget: Widget) -> Question | None:
        track, thumb = widget.track, widget.mark
        if track is None or thumb is None:
            return None
        percent = self.rng.choice((0, 100, *range(10, 100, 10)))
        if abs(percent / 100 - widget.fraction) < 0.08:
            return None
        half = (thumb[2] - thumb[0]) / 2
        x = track[0] + half + percent / 100 * (track[2] - track[0] - 2 * half)
        size = self.screen.size
        value = self.rng.choice((f"{percent}%", f"{percent}%", str(percent)))
        move = Move(f"Drag {named(widget)}", "left_click_drag", target=thumb, hit=thumb)
        start, end = centre(thumb), (x, centre(thumb)[1])
        move.arguments = {"coordinate": on_grid(start, size), "coordinate2": on_grid(end, size)}
        return question("drag", worded(self.rng, "slide", x=widget.text, v=value).replace(f'"{value}"', value), move)

    def scroller(self, widget: Widget) -> Question:
        return self.scrolled("scroll_list", centre(widget.box), LIST_SCROLL, widget)

    def scrolled(self, wording: str, point: tuple[float, float], pixels: int, widget: Widget | None = None) -> Question:
        way = self.rng.choice(("down", "up") if widget else ("down", "down", "up", "up", "left", "right"))
        signed = pixels if way in ("up", "left") else -pixels
        arguments = {"coordinate": on_grid(point, self.screen.size), "pixels": signed}
        box = widget.box if widget else None
        move = Move(f"Scroll {way}", "hscroll" if way in ("left", "right") else "scroll", arguments, box, box)
        return question("scroll", worded(self.rng, wording, d=way), move)

    def page(self) -> Question:
        """Something that needs no control: scroll the page, press a key, or know that all is finished."""
        pick = self.rng.random()
        width, height = self.screen.size
        if pick < 0.25:
            return self.scrolled("scroll", (width / 2, height / 2), PAGE_SCROLL)
        if pick < 0.6:
            name = self.rng.choice(list(KEYS))
            instruction = worded(self.rng, "key", k=name).replace("the the", "the")
            return question("key", instruction, Move(f"Press {name}", "key", {"keys": KEYS[name]}))
        return left_behind(self.rng, self.words)

    def read(self, widget: Widget) -> Question | None:
        """To read what is written at a point, in a cell, or as the title."""
        if not widget.text or widget.kind in ("icon", "select", "slider", "field") or widget.disabled:
            return None
        if widget.kind == "cell" and self.rng.random() < 0.6:
            instruction = worded(self.rng, "read_cell", row=widget.row, column=widget.column)
        elif widget.kind == "title" and self.only("title") and self.rng.random() < 0.6:
            instruction = worded(self.rng, "read_title")
        else:
            x1, y1, x2, y2 = widget.label_box or widget.box
            if widget.mark and not widget.label_box:
                x1 = widget.mark[2] + 2
            point = (self.rng.uniform(x1 + (x2 - x1) * 0.1, x2 - (x2 - x1) * 0.1), self.rng.uniform(y1 + 2, y2 - 2))
            x, y = on_grid(point, self.screen.size)
            instruction = worded(self.rng, "read_at", x=str(x), y=str(y))
        return question("read", instruction, answer(widget.text), ())

    def waiting(self) -> Question:
        """Any request on a page that is still loading."""
        shown = {w.text for w in self.screen.widgets}
        name = next(name for name in iter(self.words.button, None) if name not in shown)
        instruction = worded(self.rng, self.rng.choice(("button", "link", "tick")), x=name)
        return question("wait", instruction, Move("Wait", "wait", {"time": 1}))

    def about(self, widget: Widget) -> Question | None:
        """A question about one widget."""
        if widget.kind in CLICKED:
            return self.click(widget)
        ask: Callable[[Widget], Question | None] | None = {
            "checkbox": self.checkbox,
            "radio": self.radio,
            "select": self.select,
            "option": self.option,
            "field": self.field,
            "slider": self.slider,
            "scroller": self.scroller,
        }.get(widget.kind)
        return ask(widget) if ask else None


def _nth(rng: random.Random, index: int, count: int) -> str:
    """The place of one of `count` things as people say it."""
    if index == count - 1 and rng.random() < 0.2:
        return "last"
    return rng.choice((ORDINALS[0][index], ORDINALS[1][index]))


def questions(screen: Screen, rng: random.Random, *, limit: int = 8) -> list[Question]:
    """Up to `limit` different questions about the screen, in random order.

    A page with a form is asked mostly for requests of several steps, at the point that it shows; every page also for
    single clicks, for reading, and now and then for a key, a scroll or nothing more.
    """
    asker = _Asker(screen, rng, Words(rng, screen.heldout))
    if screen.busy:
        return [asker.waiting() for _ in range(min(2, limit))]
    found: list[Question | None] = []
    formlike = sum(w.kind in ("field", "checkbox", "radio", "select") for w in screen.widgets)
    if formlike and not any(w.open for w in screen.widgets):
        found += [task_question(screen, rng, asker.words) for _ in range(min(8, 2 * formlike))]
    widgets = [w for w in screen.widgets if w.kind != "spinner"]
    rng.shuffle(widgets)
    found += [asker.about(w) for w in widgets[: 2 * limit]]
    found += [asker.read(w) for w in widgets[: limit // 3]]
    found += locating(screen, rng, asker.words, limit // 2)
    found += inquiries(screen, rng, asker.words, 1 + limit // 6)
    if rng.random() < 0.35 or screen.layout == "note":
        found.append(left_behind(rng, asker.words) if screen.layout == "note" else asker.page())
    unique = {(q.instruction, q.history): q for q in found if q is not None}
    picked = list(unique.values())
    rng.shuffle(picked)
    return picked[:limit]
