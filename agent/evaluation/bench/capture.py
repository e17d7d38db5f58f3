"""What it takes to see a desktop of 1920x1080: the picture, its encoding for either kind of model, and how many of the
pictures of a run show nothing new, which nobody encodes or sends again."""

import asyncio
import shutil
from collections.abc import Callable
from statistics import median
from time import perf_counter

from actions.action import Key, LeftClick, Type
from perception.clients.catalog import NANO
from perception.geometry import Point, Size
from perception.observation import Frame
from perception.qwen3vl.processor import ImageProcessor
from perception.screenshot import encode_png
from sandboxes.desktop import DesktopEnvironment
from sandboxes.errors import SandboxError
from sandboxes.task import Task

REPEATS = 20
SIZE = Size(width=1920, height=1080)
_PROGRAM = "mousepad"


def measure(repeats: int) -> dict[str, float | str]:
    """Medians in ms, and the share of pictures that showed nothing new; what is missing where no desktop can be had."""
    if shutil.which(_PROGRAM) is None:
        return {"capture": f"{_PROGRAM} is not installed: make setup-desktop"}
    try:
        return asyncio.run(_measured(repeats))
    except SandboxError as error:
        return {"capture": str(error)}


async def _measured(repeats: int) -> dict[str, float | str]:
    environment = DesktopEnvironment(size=SIZE)
    task = Task(id="capture", instruction="", environment="desktop", settings={"launch": [[_PROGRAM]]})
    try:
        await environment.reset(task)
        executor, processor = environment.executor, ImageProcessor.load(NANO)
        grabs, looks, frames = [], [], []
        for number in range(repeats):
            await environment.step(Type(text=f"{number} "))
            await executor.execute(Type(text="x"))
            begun = perf_counter()
            frames.append(await executor.look())
            looks.append((perf_counter() - begun) * 1e3)
            grabs.append(executor.grab_ms)
        before = executor.num_looks, executor.num_unchanged
        await _run(environment, repeats)
        num_looks, num_same = executor.num_looks - before[0], executor.num_unchanged - before[1]
    finally:
        await environment.close()
    return {
        "capture_raw_ms": median(grabs),
        "capture_ms": median(looks),
        "encode_png_ms": _each(frames, encode_png),
        "encode_patches_ms": _each(frames, lambda frame: processor.still(frame.pixels)),
        "pictures_of_a_run": num_looks,
        "share_not_sent_again": num_same / num_looks,
    }


async def _run(environment: DesktopEnvironment, num_steps: int) -> None:
    """Steps as an agent takes them: clicks, text, keys, and some that change nothing."""
    for number in range(num_steps):
        await environment.step(LeftClick(at=Point(x=960, y=500 + number)))
        await environment.step(Type(text=f"line {number}"))
        await environment.step(Key(keys=("enter",)))
        await environment.observe()


def _each(frames: list[Frame], work: Callable[[Frame], object]) -> float:
    times = []
    for frame in frames:
        begun = perf_counter()
        work(frame)
        times.append((perf_counter() - begun) * 1e3)
    return median(times)
