"""One odd frame in a long video: is it found, and what do tokens, memory and time come to?

    handeye eval needle --tokens 2000,8000,32000
    handeye eval needle --tokens 32000 --shape 240m
    handeye eval needle --tokens 100000 --model http://127.0.0.1:30000

A video of plain frames is made, one of which shows a number; the model is asked which. It grows until the prompt has as
many tokens as asked for, in clips one behind the other: of a single video models shrink the frames to a budget that
never passes 16,000 tokens. Accuracy is measured of models that were trained on videos; of the bundled one and of random
weights it would only be chance, so it is "not measured".
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from agent.evaluation.memory import forget_peak, peak_mb
from perception.clients.client import Completion, Message, ModelClient, Sampling, TextPart, VideoPart
from perception.observation import Frame

SIZE = (256, 256)
"""Pixels of a frame: 64 visual tokens for two of them."""
FRAMES_PER_SECOND = 2.0
CLIP_FRAMES = 320
"""In a clip at most, so that its frames are not shrunk."""
QUESTION = "One frame of this recording shows a number. Which number is it?"
SCHEMA = {
    "type": "object",
    "properties": {"number": {"type": "integer", "minimum": 100, "maximum": 999}},
    "required": ["number"],
    "additionalProperties": False,
}
NOT_MEASURED = "not measured"
_TOKENS_PER_GROUP = 64 + 12
"""Of two frames: visual ones, and about those of their time."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One length."""

    wanted_tokens: int
    prompt_tokens: int
    num_frames: int
    seconds: float
    """From question to answer."""
    prefill_seconds: float
    """Vision and prompt; 0 where a server does not tell."""
    peak_mb: float
    """The most memory that this process held meanwhile, with the video itself; 0 where a server answers."""
    found: int
    asked: int
    accuracy: str
    """A share, or that it was not measured."""

    def as_json(self) -> dict[str, Any]:
        """As a flat object."""
        return asdict(self)


def video(num_frames: int, place: float, number: int, seed: int) -> tuple[VideoPart, ...]:
    """Clips of slowly moving grey bars; the one at `place` (0 to 1 of the video) shows the number."""
    rng = random.Random(seed)
    odd = min(num_frames - 1, round(place * (num_frames - 1)))
    start, speed = rng.uniform(0, 6.28), rng.uniform(0.02, 0.05)
    across = np.linspace(0, 12, SIZE[0])
    frames = []
    for index in range(num_frames):
        row = (150 + 30 * np.sin(across + start + speed * index)).astype(np.uint8)
        picture = np.repeat(np.repeat(row[None, :, None], SIZE[1], 0), 3, 2)
        frames.append(Frame(_written(picture, str(number)) if index == odd else picture))
    seconds = [index / FRAMES_PER_SECOND for index in range(num_frames)]
    clips = [slice(first, first + CLIP_FRAMES) for first in range(0, num_frames, CLIP_FRAMES)]
    return tuple(VideoPart(frames=tuple(frames[clip]), seconds=tuple(seconds[clip])) for clip in clips)


def _written(picture: np.ndarray, text: str) -> np.ndarray:
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 70, SIZE[0] - 40, SIZE[1] - 70), fill=(255, 255, 255))
    font = ImageFont.load_default(size=64)
    draw.text((SIZE[0] / 2, SIZE[1] / 2), text, fill=(0, 0, 0), font=font, anchor="mm")
    return np.asarray(image)


async def measure(
    client: ModelClient,
    lengths: Sequence[int],
    *,
    trained: bool,
    episodes: int = 1,
    seed: int = 0,
    say: Callable[[str], None],
    local: bool = True,
) -> list[Needle]:
    """A line for each length; trained: whether the model ever learned from videos; episodes: questions of each
    length, the needle at other places; local: whether the model runs in this process."""
    found = []
    for length in lengths:
        found.append(await _length(client, length, trained=trained, episodes=episodes, seed=seed, local=local))
        say(f"{found[-1].prompt_tokens:,} tokens: {found[-1].seconds:.1f} s")
    return found


async def _length(client: ModelClient, length: int, *, trained: bool, episodes: int, seed: int, local: bool) -> Needle:
    num_frames = max(2, 2 * (length // _TOKENS_PER_GROUP))
    sampling = Sampling(max_tokens=32, max_seconds=24 * 3600)
    hits, answers, begun = 0, [], perf_counter()
    forget_peak()
    for episode in range(episodes):
        rng = random.Random(f"{seed}:{length}:{episode}")
        number, place = rng.randrange(100, 1000), (episode + rng.random()) / episodes
        shown = video(num_frames, place, number, rng.randrange(1 << 30))
        message = Message(role="user", parts=(*shown, TextPart(text=QUESTION)))
        answers.append(await client.generate([message], schema=SCHEMA, sampling=sampling))
        hits += _said(answers[-1]) == number
    passed = (perf_counter() - begun) / episodes
    timings = [answer.timings for answer in answers]
    return Needle(
        wanted_tokens=length,
        prompt_tokens=answers[0].usage.prompt_tokens,
        num_frames=num_frames,
        seconds=round(passed, 3),
        prefill_seconds=round(sum(t.vision_ms + t.prefill_ms for t in timings) / episodes / 1e3, 3),
        peak_mb=round(peak_mb(), 1) if local else 0.0,
        found=hits,
        asked=episodes,
        accuracy=f"{hits / episodes:.1%}" if trained else NOT_MEASURED,
    )


def _said(answer: Completion) -> int | None:
    try:
        return int(json.loads(answer.text)["number"])
    except (ValueError, KeyError, TypeError):
        return None


def widest(lengths: Sequence[int]) -> int:
    """The context that a model needs for these lengths."""
    return max(lengths) + max(1024, max(lengths) // 8)
