"""The tab in which a person acts by hand: click, type, press keys and scroll on the run's screen, then hand back.

Every action is one step of the run, recorded as a person's, and carried out as the model's are. It is bound to the turn
that the picture was shown in: what is meant for an older screen is not done on a newer one.
"""

from typing import Any, NamedTuple

import gradio as gr

from actions.action import ACTION, Action, Key, Scroll, Type, Wait
from agent.recorder import image_store
from perception.errors import ImageError
from ui.console.desk import Desk
from ui.console.following import Following
from ui.console.live import note_html, state_html
from ui.console.picture import SCRIPT, picture_html, pointed
from ui.console.quiet import QUIET
from ui.console.seat import Passed
from ui.console.stage import View

_REFRESH_SECONDS = 0.4
_CLICKS = [("Click", "left_click"), ("Double click", "double_click"), ("Right click", "right_click")]
_KEYS = ("Enter", "Tab", "Escape", "Backspace")
_SCROLL_PIXELS = 400
_LOOK_SECONDS = 0.3
_EMPTY = (
    '<div class="he-screen"><p>Take over a run to act by hand on its screen. What you do is recorded as yours, and the '
    "model goes on from there when you hand back.</p></div>"
)


class _Parts(NamedTuple):
    """What a person sees of the tab."""

    state: gr.HTML
    picture: gr.HTML
    take_over: gr.Button
    hand_back: gr.Button
    hands: gr.Column
    click: gr.Radio
    text: gr.Textbox
    type: gr.Button
    keys: tuple[gr.Button, ...]
    chord: gr.Textbox
    up: gr.Button
    down: gr.Button
    look: gr.Button


def build_takeover_tab(desk: Desk, followed: gr.State) -> None:
    """Put the tab's parts into the page that is being built; followed: see the live tab."""
    parts = _lay_out()
    shown, turn = gr.State(""), gr.State(0)
    shows = [parts.state, parts.picture, parts.take_over, parts.hand_back, parts.hands, shown, turn]

    def show(following: Following, note: str = "") -> tuple[Any, ...]:
        return _shown(desk, following.name, note)

    def do(following: Following, number: int, action: Action | None) -> tuple[Any, ...]:
        stage = desk.stages.get(following.name)
        try:
            if stage is None or not stage.view.sitting.turn:
                raise Passed("it is not your turn: take over first")
            stage.seat.do(number, action)
        except Passed as error:
            return show(following, str(error))
        return show(following)

    def on_picture(following: Following, click: str, event: gr.EventData) -> tuple[Any, ...]:
        view = _view(desk, following.name)
        what = None if view.image is None else pointed(event._data, view.image.size)
        if what is None or not what.of.isdigit():
            return show(following, "that was beside the picture")
        if what.pixels:
            return do(following, int(what.of), Scroll(at=what.at, pixels=what.pixels))
        return do(following, int(what.of), ACTION.validate_python({"kind": click, "at": what.at}))

    def enter(following: Following, number: int, text: str) -> tuple[Any, ...]:
        if not text:
            return text, *show(following, "write what is to be typed")
        before = _view(desk, following.name).sitting.turn
        told = do(following, number, Type(text=text))
        return ("" if before == number else text), *told

    def press(following: Following, number: int, chord: str) -> tuple[Any, ...]:
        keys = tuple(filter(None, (key.strip() for key in chord.split("+"))))
        if not 1 <= len(keys) <= 8:
            return chord, *show(following, "name keys, such as ctrl+a")
        return "", *do(following, number, Key(keys=keys))

    def refresh(following: Following, before: str) -> tuple[Any, ...]:
        return (gr.skip(),) * len(shows) if _mark(desk, following.name) == before else show(following)

    def take_over(following: Following, request: gr.Request) -> tuple[Any, ...]:
        note = desk.take_over(following.name, request)
        return show(following, note)

    bound = [followed, turn]
    parts.picture.click(on_picture, [followed, parts.click], shows, **QUIET)
    for listener in (parts.type.click, parts.text.submit):
        listener(enter, [*bound, parts.text], [parts.text, *shows], **QUIET)
    for name, button in zip(_KEYS, parts.keys, strict=True):
        button.click(lambda one, number, key=name: do(one, number, Key(keys=(key,))), bound, shows, **QUIET)
    parts.chord.submit(press, [*bound, parts.chord], [parts.chord, *shows], **QUIET)
    for way, button in ((_SCROLL_PIXELS, parts.up), (-_SCROLL_PIXELS, parts.down)):
        button.click(lambda one, number, pixels=way: do(one, number, Scroll(pixels=pixels)), bound, shows, **QUIET)
    parts.look.click(lambda one, number: do(one, number, Wait(seconds=_LOOK_SECONDS)), bound, shows, **QUIET)
    parts.hand_back.click(lambda one, number: do(one, number, None), bound, shows, **QUIET)
    parts.take_over.click(take_over, [followed], shows, **QUIET)
    gr.Timer(_REFRESH_SECONDS).tick(refresh, [followed, shown], shows, **QUIET)


def _lay_out() -> _Parts:
    state = gr.HTML()
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            picture = gr.HTML(_EMPTY, js_on_load=SCRIPT)
        with gr.Column(scale=2, min_width=300):
            with gr.Row():
                take_over = gr.Button("Take over", variant="primary", elem_id="he-take-over")
                hand_back = gr.Button("Hand back", variant="primary", visible=False)
            with gr.Column(visible=False) as hands:
                click = gr.Radio(_CLICKS, value="left_click", label="A click on the picture is a")
                with gr.Row(elem_classes="he-line", equal_height=False):
                    text = gr.Textbox(
                        label="Text to type", lines=1, scale=4, info="It is recorded: write a secret as secret:NAME"
                    )
                    write = gr.Button("Type", scale=1, min_width=84)
                with gr.Row(elem_classes="he-row"):
                    keys = tuple(gr.Button(name, size="sm", min_width=72) for name in _KEYS)
                chord = gr.Textbox(label="Other keys", placeholder="ctrl+a, then Enter here")
                with gr.Row(elem_classes="he-row"):
                    up = gr.Button("Scroll up", size="sm", min_width=84)
                    down = gr.Button("Scroll down", size="sm", min_width=84)
                    look = gr.Button("Look again", size="sm", min_width=84)
    return _Parts(state, picture, take_over, hand_back, hands, click, text, write, keys, chord, up, down, look)


def _view(desk: Desk, name: str) -> View:
    stage = desk.stages.get(name)
    return View() if stage is None else stage.view


def _shown(desk: Desk, name: str, note: str) -> tuple[Any, ...]:
    mark = _mark(desk, name)  # Before the view is looked at: what changes meanwhile is shown at the next look.
    view = _view(desk, name)
    turn, goes_on = view.sitting.turn, view.is_busy and view.phase != "stopping"
    return (
        note_html(note) + _state(view),
        _picture(view) if turn else gr.skip() if goes_on and _is_by_hand(view) else _EMPTY,
        gr.update(visible=not _is_by_hand(view), interactive=goes_on and not view.sitting.wanted),
        gr.update(visible=_is_by_hand(view), interactive=turn > 0),
        gr.update(visible=_is_by_hand(view)),
        mark,
        turn,
    )


def _is_by_hand(view: View) -> bool:
    """Whether the person has the run, between two actions of theirs too."""
    return view.is_busy and view.sitting.by_hand


def _state(view: View) -> str:
    if not view.is_busy:
        return state_html("", "No run goes on", "start one under Live")
    if view.sitting.turn:
        return state_html("open", "Your turn", f"step {len(view.steps) + 1}: point at the picture, or use the buttons")
    if view.sitting.by_hand:
        return state_html("busy", "Being done")
    if view.sitting.wanted:
        return state_html("busy", "You get it", "before its next action")
    return state_html("busy", "The model acts")


def _picture(view: View) -> str:
    if view.folder is None or view.image is None:
        return _EMPTY
    try:
        frame = image_store(view.folder).get(view.image)
    except ImageError as error:
        return note_html(str(error))
    label = "The screen: click it, or move with the arrow keys and press Enter"
    return picture_html(frame, of=str(view.sitting.turn), label=label, wheel=True)


def _mark(desk: Desk, name: str) -> str:
    """Changes with everything that the tab shows."""
    view = _view(desk, name)
    return f"{name} {view.phase} {view.sitting} {len(view.steps)}"
