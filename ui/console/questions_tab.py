"""The tab with the open questions of every run: approve, move the target, refuse with a word, or take over.

Nothing is approved by accident. A question is shown when it is chosen and never by itself, so that a click which was
meant for one can't meet another that took its place; an answer is bound to what was shown, and good a moment after
that at the earliest; after an answer the buttons are gone until another question is chosen.
"""

from typing import Any, NamedTuple

import gradio as gr

from agent.errors import AgentError
from perception.geometry import Point
from ui.console.desk import Desk, who
from ui.console.following import Following
from ui.console.inbox import Bound, Kind, can_move, said
from ui.console.live import note_html
from ui.console.picture import SCRIPT, pointed
from ui.console.question import CHOOSE_ONE, NOTHING_OPEN, label_of, question_html, screen_html
from ui.console.quiet import QUIET

REFRESH_SECONDS = 5.0
"""Between looks for questions of runs that were begun elsewhere; of this console's own it is told at once."""


class _Parts(NamedTuple):
    """What a person sees of the tab."""

    questions: gr.Radio
    note: gr.HTML
    asked: gr.HTML
    answers: gr.Column
    approve: gr.Button
    back: gr.Button
    reason: gr.Textbox
    refuse: gr.Button
    take_over: gr.Button
    screen: gr.HTML


def build_questions_tab(
    tab: gr.Tab, tabs: gr.Tabs, desk: Desk, followed: gr.State, told: gr.HTML, timer: gr.Timer
) -> None:
    """Put the tab's parts into the tab that is being built; followed, told: see the live tab; timer: one that stands
    outside of the tab, since what is inside begins to tick when the tab is first opened, and its name is to say at once
    how many questions wait."""
    parts = _lay_out()
    bound, moved_to, listed = gr.State(None), gr.State(None), gr.State(())
    shows = [parts.questions, parts.note, parts.asked, parts.answers, parts.approve, parts.back, parts.take_over]
    shows += [parts.screen, bound, moved_to]
    skipped = (gr.skip(),) * len(shows)

    def choose(key: str | None) -> tuple[Any, ...]:
        if not key:
            return _empty(desk, "")
        try:
            _, binding = desk.inbox.show(key)
        except AgentError as error:
            return _empty(desk, str(error))
        return _detail(desk, binding, None)

    def point(binding: Bound | None, at: Point | None, event: gr.EventData) -> tuple[Any, ...]:
        if binding is None:
            return skipped
        try:
            question = desk.inbox.bound(binding)
        except AgentError as error:
            return _empty(desk, str(error))
        what = pointed(event._data, question.before.size)
        fits = what is not None and what.of == binding.key and can_move(question.action)
        return _detail(desk, binding, what.at if what is not None and fits else at)

    def back(binding: Bound | None) -> tuple[Any, ...]:
        return _empty(desk, "") if binding is None else _detail(desk, binding, None)

    def answer(binding: Bound | None, at: Point | None, kind: Kind, reason: str, by: str) -> tuple[Any, ...]:
        if binding is None:  # The second half of a double click: the first has answered.
            return skipped
        try:
            given = desk.inbox.answer(binding, kind, at=at, reason=reason, by=by)
        except AgentError as error:
            return _refused(desk, binding, at, str(error))
        return _empty(desk, f"You said: {said(given.kind)}. The run goes on.")

    def approve(binding: Bound | None, at: Point | None, request: gr.Request) -> tuple[Any, ...]:
        return answer(binding, at, "approve", "", who(request))

    def refuse(binding: Bound | None, at: Point | None, reason: str, request: gr.Request) -> tuple[Any, ...]:
        told = answer(binding, at, "refuse", reason, who(request))
        return reason if isinstance(told[-2], Bound) else "", *told

    def take_over(
        binding: Bound | None, at: Point | None, following: Following, request: gr.Request
    ) -> tuple[Any, ...]:
        here = None if binding is None else desk.stages.at(desk.runs / binding.run)
        told = answer(binding, at, "take_over", "", who(request))
        if here is None or told[-2] is not None:
            return gr.skip(), *told
        following.name = here[0]
        return gr.Tabs(selected="takeover"), *told

    def refresh(binding: Bound | None, before: tuple[str, ...]) -> tuple[Any, ...]:
        """The list, where it changed; and what is shown, where it can't be answered any more."""
        keys = tuple(one.key for one in desk.inbox.open())
        gone = binding is not None and binding.key not in keys
        told = _empty(desk, _why_gone(desk, binding)) if binding is not None and gone else skipped
        if keys == before and not gone:
            return gr.skip(), gr.skip(), *skipped
        if binding is None and keys != before and not (keys and before):
            told = (*skipped[:2], _empty(desk, "")[2], *skipped[3:])
        shown = None if gone else binding
        return _tab(desk), keys, _list(desk, shown), *told[1:]

    lists = [tab, listed]
    parts.questions.input(choose, [parts.questions], shows, **QUIET)
    parts.screen.click(point, [bound, moved_to], shows, **QUIET)
    parts.back.click(back, [bound], shows, **QUIET)
    parts.approve.click(approve, [bound, moved_to], shows, **QUIET)
    for listener in (parts.refuse.click, parts.reason.submit):
        listener(refuse, [bound, moved_to, parts.reason], [parts.reason, *shows], **QUIET)
    parts.take_over.click(take_over, [bound, moved_to, followed], [tabs, *shows], **QUIET)
    told.tick(refresh, [bound, listed], [*lists, *shows], trigger_mode="always_last", **QUIET)
    timer.tick(refresh, [bound, listed], [*lists, *shows], **QUIET)


def _lay_out() -> _Parts:
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            questions = gr.Radio(choices=[], label="Open questions", visible=False)
            note = gr.HTML(visible=False)
            asked = gr.HTML(NOTHING_OPEN)
            with gr.Column(visible=False) as answers:
                with gr.Row(elem_classes="he-row"):
                    approve = gr.Button("Approve", variant="primary", min_width=120, elem_id="he-approve")
                    back = gr.Button("Back to where it was", min_width=120, visible=False)
                with gr.Row(elem_classes="he-line", equal_height=False):
                    reason = gr.Textbox(label="Why not (the model reads it)", lines=1, scale=3, elem_id="he-reason")
                    refuse = gr.Button("Refuse", variant="stop", scale=1, min_width=84)
                take_over = gr.Button("Take over instead", visible=False)
        with gr.Column(scale=3, min_width=320):
            screen = gr.HTML(js_on_load=SCRIPT)
    return _Parts(questions, note, asked, answers, approve, back, reason, refuse, take_over, screen)


def _list(desk: Desk, binding: Bound | None) -> Any:
    """The list of open questions, with the one that is shown chosen."""
    waiting = desk.inbox.open()
    choices = [(label_of(one), one.key) for one in waiting]
    chosen = binding.key if binding is not None else None
    return gr.update(choices=choices, value=chosen, visible=bool(waiting))


def _tab(desk: Desk) -> Any:
    """The tab's name, with the number of open questions."""
    number = len(desk.inbox.open())
    return gr.update(label=f"Questions ({number})" if number else "Questions")


def _note(note: str) -> Any:
    return gr.update(value=note_html(note), visible=bool(note))


def _detail(desk: Desk, binding: Bound, at: Point | None, note: str = "") -> tuple[Any, ...]:
    """What is shown of the question that the page is bound to."""
    try:
        question, folder = desk.inbox.bound(binding), desk.inbox.folder(binding.run)
    except AgentError as error:
        return _empty(desk, str(error))
    approve = "Approve" if at is None else f"Approve at {at}"
    return (
        gr.skip(),
        _note(note),
        question_html(folder, question, at),
        gr.update(visible=True),
        gr.update(value=approve),
        gr.update(visible=at is not None),
        gr.update(visible=desk.stages.at(folder) is not None),
        screen_html(folder, question, at, binding.key),
        binding,
        at,
    )


def _empty(desk: Desk, note: str) -> tuple[Any, ...]:
    """What is shown without a question; nothing can be answered then."""
    hidden = gr.update(visible=False)
    rest = CHOOSE_ONE if desk.inbox.open() else NOTHING_OPEN
    listed = _list(desk, None)
    return listed, _note(note), rest, hidden, gr.update(value="Approve"), hidden, hidden, "", None, None


def _refused(desk: Desk, binding: Bound, at: Point | None, why: str) -> tuple[Any, ...]:
    """An answer that was not taken: the question is shown on while it can be answered."""
    try:
        open_still = not desk.inbox.closed(binding.run, desk.inbox.bound(binding))
    except AgentError:
        open_still = False
    return _detail(desk, binding, at, f"Not answered: {why}.") if open_still else _empty(desk, f"Not answered: {why}.")


def _why_gone(desk: Desk, binding: Bound) -> str:
    try:
        return desk.inbox.closed(binding.run, desk.inbox.bound(binding)) or "This question is gone."
    except AgentError as error:
        return str(error)
