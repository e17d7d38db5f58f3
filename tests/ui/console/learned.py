"""What the tabs about learning show: training runs, evaluations and a record of promotions, on disk as commands leave
them."""

import json
import math
from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Page

from agent.evaluation.promotion import Side, carry_out, decide
from agent.exchange import formats
from agent.exchange.dataset import export
from agent.exchange.selection import Filters
from agent.training.metrics import METRICS
from sandboxes.scrubbing import Scrubber
from tests.agent.evaluation.test_promotion import played
from tests.evaluations import BROKE, LOST, WON, evaluated, named
from tests.ui.console.shop import SECONDS
from tests.ui.sample_run import record_run
from ui.console.places import Places

EVIL = "<img src=x onerror='window.evil = 1'> ${7*7} {{7*7}}"


def places_in(folder: Path) -> Places:
    """Places of a console, below one folder; nothing is made."""
    names = ("runs", "evaluations", "training", "models/current", "datasets")
    return Places(*(folder / name for name in names))


def sft_lines(steps: Iterable[int]) -> list[dict[str, object]]:
    """Figures as `handeye train sft` writes them."""
    return [
        {
            "step": step,
            "seconds": 1.5 * step,
            "stage": "sft",
            "rate": 1.0,
            "reply": round(2.4 * math.exp(-step / 80) + 0.3, 4),
            "token_accuracy": round(1 - 0.6 * math.exp(-step / 60), 4),
            "coordinate_error": round(200 * math.exp(-step / 50), 2),
            "replies_per_s": 3.2,
        }
        for step in steps
    ]


def write_metrics(folder: Path, lines: Iterable[dict[str, object]]) -> Path:
    """A training run's folder with these figures; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / METRICS).open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return folder


def write_model(folder: Path, size: int = 2_500_000) -> Path:
    """A folder that looks like a model's; gives it."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"x" * size)
    return folder


def learned(folder: Path) -> Places:
    """Two training runs, two evaluations that differ, one promotion and one that was none, and a data set."""
    places = places_in(folder)
    places.runs.mkdir(parents=True, exist_ok=True)
    run = write_metrics(places.training / "sft", sft_lines(range(10, 410, 10)))
    (run / "checkpoint.pt").write_bytes(b"x" * 4_000)
    write_model(run / "model")
    write_metrics(places.training / "rl", [{"step": 1, "stage": "rl", "success": 0.25, "tasks": {EVIL: 0.5}}])
    before = [named(LOST, "click-button")] * 16 + [named(WON, "click-button")] * 4 + [named(WON, "enter-text")] * 6
    now = [named(LOST, "click-button")] * 2 + [named(WON, "click-button")] * 18 + [named(LOST, "enter-text")] * 2
    now += [named(WON, "enter-text")] * 3 + [named(BROKE.model_copy(update={"crashed": EVIL}), "enter-text")]
    evaluated(places.evaluations / "20260101-000000-forms", before, model="nano")
    evaluated(places.evaluations / "20260102-000000-forms", now, model="better")
    for number, (first, second) in enumerate(((50, 70), (70, 71))):
        sides = (_side("models/current", "nano", first), _side(str(run / "model"), f"sft {number}", second))
        carry_out(decide(played(won=first), played(won=second), sides), places.current)
    record_run(folder / "exported")
    filters = Filters(success=True)
    export([folder / "exported"], formats.named("trl"), places.datasets / "orders", filters, Scrubber({}))
    return places


async def choose(page: Page, label: str, words: str) -> None:
    """Choose what holds these words from a list."""
    await page.get_by_label(label, exact=True).last.click(timeout=SECONDS)
    await page.get_by_role("option").filter(has_text=words).first.click(timeout=SECONDS)


def _side(folder: str, name: str, won: int) -> Side:
    return Side(
        folder=folder,
        name=name,
        weights={},
        evaluation="",
        success=won / 100,
        ci95=(won / 100 - 0.1, won / 100 + 0.1),
        episodes=100,
        crashed=0,
    )
