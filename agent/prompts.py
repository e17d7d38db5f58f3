"""Past steps and a frame in, messages for a model out.

`compact` is what handeye-nano is trained on: no system message, one user turn with the image first and the text after
it. `computer_use` is the form that released Qwen3-VL models know. This file is imported by training too, so it needs
nothing beyond the contract types.
"""

from collections.abc import Sequence


def compact_text(instruction: str, history: Sequence[str]) -> str:
    """The words beside the image in the compact style.

    The instruction, then one line for each earlier step that counted, numbered from 1 without gaps. Training draws its
    prompts with this very function, so that nothing but the words can differ between learning and acting.
    """
    return instruction + "".join(f"\nStep {number}: {thought}" for number, thought in enumerate(history, start=1))
