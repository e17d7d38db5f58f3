"""Real runs to learn from, in a moment: a small random model plays a drawn form, or a person's steps are written down.

`plays` samples with a real engine, so its steps hold token ids and logprobs as every run's do.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from actions.action import Decision, LeftClick
from actions.codec.codec import codec
from agent.policy import ModelPolicy
from agent.recorder import Recorder, image_store
from agent.runner import run
from agent.settings import RunSettings
from agent.trajectory import Outcome, Reply, RunRecord, Step, Trajectory
from perception.clients.client import Sampling
from perception.clients.embedded import EmbeddedClient
from perception.geometry import Point, Size
from perception.observation import Frame
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Score, Task
from tests.walk.toy import TASK

TEXT = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [500, 250]}'


async def plays(model: Path, folder: Path, *, num_steps: int = 3, prompt: str = "compact", seed: int = 0) -> Path:
    """A run of a model that samples at temperature 1, in float32."""
    client = EmbeddedClient(model, name="tiny v7", dtype="float32")
    sampling = Sampling(temperature=1.0, max_tokens=48)
    policy = ModelPolicy(client, codec("qwen3vl"), prompt=prompt, sampling=sampling)  # type: ignore[arg-type]
    task = TASK.model_copy(update={"seed": seed})
    await run(task, PaintedEnvironment(), policy, folder, RunSettings(max_steps=num_steps))
    await client.close()
    return folder


def record(
    folder: Path,
    *,
    success: bool | None = True,
    reward: float | None = None,
    task: Task | None = None,
    size: tuple[int, int] = (192, 256),
    num_steps: int = 1,
    actor: str = "model",
    points: Sequence[Point] = (),
    frame: Frame | None = None,
) -> Path:
    """A run whose steps click these points, or all say TEXT without, on one frame, or on noise of `size` (height,
    width) pixels without."""
    recorder = Recorder.create(
        folder,
        RunRecord(
            id=folder.name, started="", task=task or Task(id="t", instruction='Click the "Save" button'), model="m"
        ),
    )
    for index in range(num_steps):
        pixels = np.random.default_rng(index).integers(0, 255, (*size, 3), np.uint8)
        image = image_store(folder).put(frame or Frame(pixels))
        step = Step(
            index=index,
            time="",
            actor="human" if actor == "human" else "model",
            before=image,
            shown_history=("Click",) * index,
            replies=(Reply(text=said(points[index], image.size) if points else TEXT, finish="stop"),),
            thought="Click",
            action=LeftClick(at=points[index] if points else Point(x=size[1] // 2, y=size[0] // 4)),
        )
        recorder.append(step)
    score = None if reward is None else Score(reward=reward, success=bool(success))
    recorder.conclude(Outcome(kind="finished", success=success, score=score, steps=num_steps))
    recorder.close()
    return folder


def said(at: Point, size: Size) -> str:
    """The reply that clicks a point, without a thought."""
    return codec("qwen3vl").encode(Decision(thought="", action=LeftClick(at=at)), size)


def one_step(tmp_path: Path, reply: Reply, **fields: object) -> tuple[Trajectory, Step]:
    """A run of one step on a black picture, not written down."""
    image = image_store(tmp_path).put(Frame(np.zeros((32, 32, 3), np.uint8)))
    run = RunRecord(id="r", started="", task=Task(id="t", instruction="Do it."), model="m")
    known = {"index": 0, "time": "", "before": image, "replies": (reply,), "action": LeftClick(at=Point(x=16, y=8))}
    step = Step.model_validate({**known, **fields})
    return Trajectory(run=run, steps=(step,)), step
