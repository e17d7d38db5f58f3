"""What is worked out of a crowd: lost steps, ages of frames, and how a memory grows."""

from collections.abc import Mapping, Sequence
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
    """That a step led to while a watcher listened, when it was given neither that one nor any after it."""
    overtaken: int
    """That were not sent since a newer one was there: what is shown is the newest, steps are told all the same."""
    without_end: int
    """Watchers that were not told how it ended."""
    frames: int
    """That were given or overtaken, all together; the age of one that was is until the newer one was given."""
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
        _age(page, digests[place:], written)
        for page, digests in zip(pages, expected, strict=True)
        for place in range(len(digests))
    ]
    given = [age for age in ages if age is not None]
    overtaken = sum(len(set(digests) - page.screens.keys()) for page, digests in zip(pages, expected, strict=True))
    p50, p95, most = np.percentile(given, [50, 95, 100]) * 1000 if given else (0.0, 0.0, 0.0)
    times = sorted(written.values())
    seconds = times[-1] - times[0] if len(times) > 1 else 0.0
    return Heard(
        watchers=len(pages),
        steps=len(steps),
        steps_per_s=round((len(times) - 1) / seconds, 2) if seconds else 0.0,
        lost_steps=sum(len(numbers - page.steps.keys()) for page in pages),
        lost_screens=len(ages) - len(given),
        overtaken=overtaken - (len(ages) - len(given)),
        without_end=sum(not page.is_over for page in pages),
        frames=len(given),
        age_p50_ms=round(float(p50), 1),
        age_p95_ms=round(float(p95), 1),
        age_max_ms=round(float(most), 1),
        kb_a_step=round(sum(page.bytes for page in pages) / max(1, len(pages) * len(steps)) / 1000, 1),
    )


def _age(page: Watched, digests: Sequence[str], written: Mapping[str, float]) -> float | None:
    """Seconds until the page had the first of these screens, or one after it that overtook it; None: it got neither."""
    begun = written[digests[0]]
    times = [at for digest in digests if (at := page.screens.get(digest, 0.0)) >= begun]
    return min(times) - begun if times else None


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
