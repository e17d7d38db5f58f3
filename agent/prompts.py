"""Past steps and a frame in, messages for a model out.

`compact` is what handeye-nano is trained on: no system message, one user turn with the image first and the text after
it. `computer_use` is for released Qwen3-VL models: the function in a system message (the layout of Qwen-Agent's
function calls), then the user text that the family's OSWorld agent was trained on, with the last turns as image and
reply and older ones as lines of text. Both ask for the reply that `actions.space.reply_schema` describes.

Training imports this file too, so it needs nothing beyond the contract types.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from actions.space import computer_use as computer_use_function
from perception.clients.client import ImagePart, Message, TextPart
from perception.clients.wording import Style as Style
from perception.clients.wording import harmless
from perception.observation import Frame

_SYSTEM = """# Tools

You work a computer by calling one function, once in each turn.

<tools>
{function}
</tools>

# Reply

Reply with one JSON object and nothing else: first "thought", a short imperative that says what you do next on the \
screen; then "action"; then the parameters of that action. For example:
{{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [512, 300]}}
When the task is fulfilled, or can't be, reply with the action terminate."""

_ASK = (
    "Please generate the next move according to the UI screenshot, instruction and previous actions.\n\n"
    "Instruction: {instruction}\n\nPrevious actions:\n{lines}"
)


class Turn(NamedTuple):
    """An earlier step that the full style shows whole."""

    frame: Frame
    reply: str
    remark: str = ""
    """What should be said about how it went."""


def compact_text(instruction: str, history: Sequence[str]) -> str:
    """The words beside the image in the compact style.

    The instruction, then one line for each earlier step that counted, numbered from 1 without gaps. Training draws its
    prompts with this very function, so that nothing but the words can differ between learning and acting.
    """
    lines = (f"\nStep {number}: {thought}" for number, thought in enumerate(history, start=1))
    return harmless(instruction + "".join(lines))


def compact(instruction: str, history: Sequence[str], frame: Frame) -> list[Message]:
    """The compact style: one user turn, image before text."""
    return [_user(frame, compact_text(instruction, history))]


def computer_use(
    instruction: str,
    *,
    lines: Sequence[str],
    turns: Sequence[Turn],
    frame: Frame,
    notes: Sequence[str] = (),
    surface: str = "browser",
    grid: int = 1000,
) -> list[Message]:
    """The full style.

    `lines` are the earliest steps, told in words; `turns` those after them, shown; `notes` go with the current frame.
    Raises ActionUnsupported for a surface that is not known.
    """
    told = "\n".join(f"Step {number}: {line}" for number, line in enumerate(lines, start=1)) or "None"
    texts = [_ASK.format(instruction=instruction, lines=told)] + [turn.remark for turn in turns]
    texts[-1] = "\n\n".join(text for text in (texts[-1], *notes) if text)
    messages = [_system(surface, grid)]
    for turn, text in zip(turns, texts[:-1], strict=True):
        messages += [_user(turn.frame, text), _assistant(turn.reply)]
    return [*messages, _user(frame, texts[-1])]


def refusal(reply: str, reason: str) -> list[Message]:
    """Tells the model once that its reply is no action, and why."""
    text = f"That reply can't be used: {reason}\nReply again with one JSON object."
    return [_assistant(reply), Message(role="user", parts=(TextPart(text=harmless(text)),))]


def _system(surface: str, grid: int) -> Message:
    function = json.dumps(computer_use_function(surface, grid), ensure_ascii=False)
    return Message(role="system", parts=(TextPart(text=_SYSTEM.format(function=function)),))


def _user(frame: Frame, text: str) -> Message:
    image = ImagePart(frame=frame)
    return Message(role="user", parts=(image, TextPart(text=harmless(text))) if text else (image,))


def _assistant(reply: str) -> Message:
    return Message(role="assistant", parts=(TextPart(text=harmless(reply)),))
