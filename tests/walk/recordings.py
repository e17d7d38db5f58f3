"""Known actions on real pages are recorded, and what is recovered is counted; videos with known changes are sampled.

    python -m tests.walk.recordings --number 20 [--changes 200] [--json FILE]

A recording is made by driving the demo's form, or one of our own, in a real Chromium at known times. Its steps are
recovered twice: from the events, and from the video alone.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from actions.action import Action, LeftClick, MouseMove
from agent.demonstration import Demonstration, demonstration_of
from perception.geometry import Box, Point, Size
from perception.recording.events import EVENTS_FILE
from perception.recording.recording import Budget, Recording
from sandboxes.browser import BrowserEnvironment
from sandboxes.demos.signup import VIEWPORT, signup
from sandboxes.recorder import Recorder
from sandboxes.screencast import recorded
from sandboxes.task import Task

PAGE = """<!doctype html><meta charset=utf-8><style>
body{margin:24px;font:15px DejaVu Sans,sans-serif;background:BACK;color:INK} label{display:block;margin:14px 0 4px}
input[type=text]{width:300px;height:30px;font:inherit;padding:0 6px;border:1px solid #888}
.row{display:flex;gap:8px;align-items:center;margin:14px 0} button{font:inherit;padding:6px 18px;margin:10px 12px 0 0}
</style><h2>TITLE</h2>PARTS<p id=said></p><script>
for (const one of document.querySelectorAll("button")) one.onclick = () => said.textContent = one.textContent + " it is"
</script>"""
WORDS = (
    "amber birch copper delta ember forest garnet harbor island juniper kettle lantern meadow nectar orchard".split()
)
CONTROLS = """[...document.querySelectorAll("input,button")].map(e => {
  const r = e.getBoundingClientRect(); return [e.type, r.left, r.top, r.right, r.bottom]})"""


class Truth(NamedTuple):
    """One thing that was done."""

    time: float
    kind: str
    box: Box
    text: str = ""


class Tally(NamedTuple):
    """What was recovered of what was done."""

    asked: int
    right: int
    """Right kind and target, in order."""
    extra: int
    texts: int
    exact: int
    """Texts that are right to the letter."""

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*(one + two for one, two in zip(self, other, strict=True)))


def own_page(rng: random.Random, folder: Path) -> str:
    """A form of our own, in one of many looks."""
    parts = [f"<label>{rng.choice(WORDS).title()}</label><input type=text>" for _ in range(rng.randint(1, 3))]
    parts += [
        f"<div class=row><input type={rng.choice(('checkbox', 'radio'))}><span>{rng.choice(WORDS)}</span></div>"
        for _ in range(rng.randint(1, 2))
    ]
    rng.shuffle(parts)
    parts += [f"<button>{word.title()}</button>" for word in rng.sample(WORDS, 2)]
    back, ink = rng.choice((("#fff", "#111"), ("#f3efe6", "#222"), ("#20242b", "#eee")))
    page = PAGE.replace("BACK", back).replace("INK", ink).replace("TITLE", rng.choice(WORDS).title())
    path = folder / f"{rng.randrange(10**9)}.html"
    path.write_text(page.replace("PARTS", "".join(parts)), encoding="utf-8")
    return path.as_uri()


async def driven(
    environment: BrowserEnvironment, recorder: Recorder, rng: random.Random, texts: list[str]
) -> list[Truth]:
    """Works every control of the page once, from the top, as a person does: goes there, clicks, writes."""
    done: list[Truth] = []
    for kind, *sides in await environment.evaluate(CONTROLS):
        box = Box(**dict(zip(("left", "top", "right", "bottom"), sides, strict=True)))
        at = Point(x=int(box.left + (box.right - box.left) * rng.uniform(0.3, 0.7)), y=box.center.y)
        for share in (0.4, 0.8):
            await environment.step(MouseMove(at=Point(x=int(at.x * share) + 4, y=int(at.y * share) + 4)))
            await asyncio.sleep(0.05)
        await environment.step(MouseMove(at=at))
        await asyncio.sleep(rng.uniform(0.2, 0.4))
        done.append(Truth(recorder.seconds, "left_click", box))
        await environment.step(LeftClick(at=at))
        await asyncio.sleep(rng.uniform(0.5, 0.8))
        if kind == "text":
            text = texts.pop(0) if texts else " ".join(rng.sample(WORDS, rng.randint(1, 2))).title()
            done.append(Truth(recorder.seconds, "type", box, text))
            for letter in text:
                await environment.page.keyboard.type(letter)
                await asyncio.sleep(rng.uniform(0.05, 0.14))
            await asyncio.sleep(rng.uniform(0.5, 0.9))
    await asyncio.sleep(0.5)
    return done


async def record(environment: BrowserEnvironment, seed: int, folder: Path) -> list[Truth]:
    """One recording; even seeds show the demo's form, odd ones a page of our own."""
    rng = random.Random(seed)
    if seed % 2:
        task = Task(id="shown", instruction="", url=own_page(rng, folder.parent), viewport=Size(width=720, height=480))
        texts: list[str] = []
    else:
        form = signup(seed)
        task = Task(id="shown", instruction="", url=form.url, viewport=VIEWPORT)
        texts = list(form.fields.values())
    await environment.reset(task)
    async with recorded(environment, folder) as recorder:
        await asyncio.sleep(0.6)
        return await driven(environment, recorder, rng, texts)


def compared(truths: Sequence[Truth], shown: Demonstration) -> Tally:
    """Goes along both: a step is right when its kind and target are those of the next thing that was done, or of one
    behind it."""
    right = exact = texts = extra = 0
    left = list(truths)
    for step in shown.steps:
        found = next((index for index, one in enumerate(left[:3]) if _is_same(one, step.action, step.box)), None)
        if found is None:
            extra += 1
            continue
        truth = left[found]
        del left[: found + 1]
        right += 1
        exact += truth.kind == "type" and getattr(step.action, "text", "") == truth.text
    texts = sum(truth.kind == "type" for truth in truths)
    return Tally(len(truths), right, extra, texts, exact)


def _is_same(truth: Truth, action: Action, box: Box | None) -> bool:
    if action.kind != truth.kind:
        return False
    at = getattr(action, "at", None)
    if at is None:
        return box is not None and truth.box.contains(box.center)
    grown = Box(left=truth.box.left - 1, top=truth.box.top - 1, right=truth.box.right + 1, bottom=truth.box.bottom + 1)
    return grown.contains(at)


async def recover(number: int, first: int, folder: Path) -> tuple[Tally, Tally]:
    """Many recordings, each recovered from its events and from its video alone."""
    totals = [Tally(0, 0, 0, 0, 0), Tally(0, 0, 0, 0, 0)]
    environment = BrowserEnvironment()
    try:
        for seed in range(first, first + number):
            place = folder / f"shown-{seed}"
            truths = await record(environment, seed, place)
            for index, name in enumerate(("events", "pictures")):
                shown, _ = await asyncio.to_thread(demonstration_of, place)
                assert shown.source == name
                tally = compared(truths, shown)
                totals[index] = totals[index].plus(tally)
                if tally.right < tally.asked or tally.extra:
                    print(f"seed {seed}, {name}: {tally}", file=sys.stderr)
                (place / EVENTS_FILE).unlink(missing_ok=True)
    finally:
        await environment.close()
    return totals[0], totals[1]


# Sampling ---------------------------------------------------------------------------------------------------------


class Changes(NamedTuple):
    """How a video with known changes was sampled."""

    changes: int
    seen: int
    frames: int
    seconds: float
    took: float


def changing_video(
    path: Path, changes: int, seed: int, *, size: tuple[int, int] = (1280, 720), fps: int = 30
) -> list[float]:
    """A screen on which something small or large changes at known times, while a pointer wanders and a caret blinks.
    Encoded as a common recorder does. Gives the times."""
    rng, (width, height) = random.Random(seed), size
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 15)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        page = _page(rng, size, font)
        moments, due = [], 1.0
        x, y, goal, written = 200, 200, (300, 300), 0
        frame = 0
        while len(moments) < changes or frame / fps < due:
            if frame / fps >= due and len(moments) < changes:
                moments.append(frame / fps)
                page, written = _changed(page, rng, size, font, written)
                due += rng.choice((0.6, 0.7, 0.9, 1.3, 2.0, 3.5))
            if rng.random() < 0.02:
                goal = (rng.randrange(20, width - 40), rng.randrange(20, height - 40))
            x, y = x + round((goal[0] - x) * 0.2), y + round((goal[1] - y) * 0.2)
            shown = page.copy()
            pen = ImageDraw.Draw(shown)
            if frame // (fps // 2) % 2:
                pen.line((90, 40, 90, 58), fill=(0, 0, 0))
            pen.polygon(
                [(x, y), (x, y + 16), (x + 4, y + 12), (x + 11, y + 11)], fill=(0, 0, 0), outline=(255, 255, 255)
            )
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24")):
                container.mux(packet)
            frame += 1
        for packet in stream.encode(None):
            container.mux(packet)
    return moments


def _page(rng: random.Random, size: tuple[int, int], font: Any) -> Image.Image:
    page = Image.new("RGB", size, rng.choice(((250, 250, 248), (236, 240, 245), (255, 255, 255))))
    pen = ImageDraw.Draw(page)
    for top in range(100, size[1] - 40, 28):
        pen.text(
            (60, top), " ".join(rng.choice(WORDS) for _ in range(rng.randint(3, 11))), fill=(40, 40, 50), font=font
        )
    return page


def _changed(
    page: Image.Image, rng: random.Random, size: tuple[int, int], font: Any, written: int
) -> tuple[Image.Image, int]:
    """Another page, a letter, a tick, a row that is marked, a menu."""
    kind = rng.choice(("page", "letter", "letter", "tick", "row", "menu"))
    if kind == "page":
        return _page(rng, size, font), 0
    page = page.copy()
    pen = ImageDraw.Draw(page)
    left, top = rng.randrange(40, size[0] - 260), rng.randrange(90, size[1] - 200)
    if kind == "letter":
        pen.text((95 + 11 * (written % 60), 41), rng.choice("abdeghkmnopqrsuwxz"), fill=(0, 0, 0), font=font)
        return page, written + 1
    if kind == "tick":
        pen.rectangle((left, top, left + 13, top + 13), fill=(30, 90, 200))
    elif kind == "row":
        pale = Image.new("RGB", (220, 26), (180, 205, 250))
        page.paste(Image.blend(page.crop((left, top, left + 220, top + 26)), pale, 0.45), (left, top))
    else:
        pen.rectangle((left, top, left + 180, top + 120), fill=(245, 245, 245), outline=(120, 120, 120))
        for index in range(4):
            pen.text((left + 10, top + 8 + 28 * index), rng.choice(WORDS), fill=(20, 20, 20), font=font)
    return page, written


def sampled(path: Path, moments: Sequence[float]) -> Changes:
    """Which changes there is a frame for, before the next one."""
    begun = time.perf_counter()
    clip = Recording(path).sample(Budget(tokens=1 << 24, frames=10_000))
    took = time.perf_counter() - begun
    times = [frame.time for frame in clip.frames]
    ends = [*moments[1:], clip.seconds + 1]
    tick = 1 / 30
    seen = sum(any(one - tick <= at < end for at in times) for one, end in zip(moments, ends, strict=True))
    return Changes(len(moments), seen, len(times) - 1, clip.seconds, took)


def main() -> None:
    """Prints what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=6)
    parser.add_argument("--first", type=int, default=0, help="seed of the first recording")
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told: dict[str, dict[str, Any]] = {}
        if arguments.changes:
            moments = changing_video(folder / "changes.mp4", arguments.changes, 7)
            told["sampling"] = sampled(folder / "changes.mp4", moments)._asdict()
        if arguments.number:
            events, pictures = asyncio.run(recover(arguments.number, arguments.first, folder))
            told |= {"events": events._asdict(), "pictures": pictures._asdict()}
    for what, values in told.items():
        print(what, values)
    if arguments.json:
        arguments.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
