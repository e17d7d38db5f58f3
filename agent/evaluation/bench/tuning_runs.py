"""Recorded runs to measure training with: drawn screens, each with one request and its short reply.

One reply a picture, of frames of all usual sizes: what a step of a browser looks like. Runs in which several replies
share a picture, as a form with its questions does, would suit our packing more, and are left out.
"""

import random
from pathlib import Path

from actions.codec.codec import codec
from actions.errors import ActionInvalid
from agent.recorder import Recorder
from agent.training.screens import SIZES, make_screen, questions
from agent.trajectory import Outcome, Reply, RunRecord, Step
from perception.geometry import Size
from perception.observation import Frame
from sandboxes.task import Task


def write_runs(folder: Path, number: int, seed: int = 0) -> Path:
    """So many runs of one step into a folder; the same for the same seed and fonts."""
    rng = random.Random(f"tuning:{seed}")
    num_written = 0
    while num_written < number:
        num_written += _write(folder / f"{num_written:04d}", rng)
    return folder


def _write(folder: Path, rng: random.Random) -> bool:
    """Draw a screen and record one of its questions; False where its reply is no action."""
    screen = make_screen(rng, size=rng.choice(SIZES))
    asked = questions(screen, rng, limit=4)
    if not asked:
        return False
    question, (width, height) = rng.choice(asked), screen.size
    try:
        decision = codec("qwen3vl").parse(question.reply, Size(width=width, height=height))
    except ActionInvalid:
        return False
    task = Task(id=folder.name, instruction=question.instruction)
    recorder = Recorder.create(folder, RunRecord(id=folder.name, started="", task=task, model="drawn"))
    try:
        step = Step(
            index=0,
            time="",
            before=recorder.images.put(Frame(screen.image)),
            shown_history=question.history,
            replies=(Reply(text=question.reply, finish="stop"),),
            thought=decision.thought,
            action=decision.action,
        )
        recorder.append(step)
        recorder.conclude(Outcome(kind="finished", success=True, steps=1))
    finally:
        recorder.close()
    return True
