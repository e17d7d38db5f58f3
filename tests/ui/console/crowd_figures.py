"""What is worked out of a crowd: lost steps, ages of frames, and how a memory grows."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from agent.recorder import image_store, load
from tests.ui.console.crowd_page import Watched


class Heard(NamedTuple):
    """What the watchers of one run got."""

    watchers: int
    steps: int
    """Of the run, the one that ended it included."""
    steps_per_s: float
    lost_steps: int
    """Not told to a watcher, all watchers together."""
    lost_screens: int
    """That a step led to while a watcher listened, and that it was never given."""
    without_end: int
    """Watchers that were not told how it ended."""
    frames: int
    """That were given, all together."""
    age_p50_ms: float
    age_p95_ms: float
    age_max_ms: float
    kb_a_step: float
    """That a step cost each watcher."""

    @property
    def faults(self) -> list[str]:
        """What must not be."""
        found = {
            "a step was lost": self.lost_steps > 0,
            "a screen was lost": self.lost_screens > 0,
            "the end was lost": self.without_end > 0,
            "no frame came": self.frames == 0,
        }
        return [words for words, is_so in found.items() if is_so]


def heard(folder: Path, pages: Sequence[Watched]) -> Heard:
    """What came to these pages of the run in that folder."""
    steps, store = load(folder).steps, image_store(folder)
    written = {step.after.digest: store.path(step.after.digest).stat().st_mtime for step in steps if step.after}
    numbers = {step.index + 1 for step in steps}
    expected = [[digest for digest, at in written.items() if at > page.begun] for page in pages]
    ages = [
        page.screens[digest] - written[digest]
        for page, digests in zip(pages, expected, strict=True)
        for digest in digests
        if digest in page.screens
    ]
    p50, p95, most = np.percentile(ages, [50, 95, 100]) * 1000 if ages else (0.0, 0.0, 0.0)
    times = sorted(written.values())
    seconds = times[-1] - times[0] if len(times) > 1 else 0.0
    return Heard(
        watchers=len(pages),
        steps=len(steps),
        steps_per_s=round((len(times) - 1) / seconds, 2) if seconds else 0.0,
        lost_steps=sum(len(numbers - page.steps.keys()) for page in pages),
        lost_screens=sum(len(digests) for digests in expected) - len(ages),
        without_end=sum(not page.is_over for page in pages),
        frames=len(ages),
        age_p50_ms=round(float(p50), 1),
        age_p95_ms=round(float(p95), 1),
        age_max_ms=round(float(most), 1),
        kb_a_step=round(sum(page.bytes for page in pages) / max(1, len(pages) * len(steps)) / 1000, 1),
    )


class Growth(NamedTuple):
    """How a process's memory went."""

    samples: int
    first_mib: float
    last_mib: float
    slope: float
    """MiB an hour, by least squares."""
    error: float
    """Its standard error, of samples that were each alone; neighbours are alike, so the true one is larger."""


def growth(samples: Sequence[tuple[float, float]]) -> Growth:
    """Of seconds and MiB; three samples at least."""
    hours, sizes = np.array([at for at, _ in samples]) / 3600, np.array([size for _, size in samples])
    slope, level = np.polyfit(hours, sizes, 1)
    spread = np.sum((hours - hours.mean()) ** 2)
    error = np.sqrt(np.sum((sizes - slope * hours - level) ** 2) / (len(samples) - 2) / spread)
    return Growth(
        len(samples),
        round(float(sizes[0]), 1),
        round(float(sizes[-1]), 1),
        round(float(slope), 2),
        round(float(error), 2),
    )
