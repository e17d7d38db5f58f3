"""The figures as one table for a person, and as a file for a machine."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from agent.cluster.installation import requirements
from agent.evaluation.bench.measure import Figures, Plan
from agent.evaluation.bench.sides import NAMES, OURS, num_cores
from perception.files import replace_file

FILE = Path("build") / "bench.json"
ROWS: Mapping[str, str] = {
    "step1_ms": "step 1, ms",
    "step10_ms": "step 10, ms",
    "decode_tokens_per_second": "decoding, tokens/s",
    "requests_per_second": "runs side by side, requests/s",
    "peak_memory_mb": "peak memory, MB",
}
BARS: Sequence[tuple[str, float]] = (
    ("step10_vs_transformers", 3.0),
    ("step10_vs_sglang", 1.5),
    ("decode_vs_transformers", 1.2),
)
"""Ratios and what they have to reach."""
GAINS: Mapping[str, str] = {
    "gain_dtype": "float32 instead of the format that is fast here",
    "gain_prefix": "nothing kept of earlier steps",
    "gain_forced": "one token a pass: none forced, none guessed",
}
_COLUMNS = ("embedded", "transf. float32", "transf. bfloat16", "transf. int8", "SGLang CPU")
_FLAT = 1.1
"""How much larger memory may be at the end than at the first mark."""


def about_this_machine(plan: Plan, *, sglang: bool) -> Figures:
    """Where and with what it was measured; sglang: whether that was there."""
    return {
        "machine": _processor(),
        "cores": num_cores(),
        "repeats": plan.repeats,
        "runs_side_by_side": plan.num_together,
        "python": platform.python_version(),
        "torch": _version("torch"),
        "transformers": _version("transformers"),
        "sglang": requirements("sglang")[0].partition("==")[2] if sglang else "missing",
    }


def write(figures: Figures, path: Path = FILE) -> Path:
    """Writes the flat object, replacing the file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, (json.dumps(figures, indent=2) + "\n").encode())
    return path


def table(figures: Figures, models: Sequence[str]) -> str:
    """The engines side by side, then what was gained by what, the bars, and what is missing."""
    lines = [_line(["", *_COLUMNS])]
    for model in models:
        for figure, title in ROWS.items():
            cells = [figures.get(f"{figure}{_side(name)}_{model}", "-") for name in NAMES]
            lines.append(_line([f"{model}: {title}", *map(_short, cells)]))
    for model in models:
        lines += ["", *_bars(figures, model), *_gains(figures, model)]
    return "\n".join([*lines, "", *_memory(figures), *_rest(figures)])


def _side(name: str) -> str:
    return "" if name == OURS else f"_{name}"


def _bars(figures: Figures, model: str) -> list[str]:
    lines = []
    for name, least in BARS:
        value = figures.get(f"{name}_{model}", "-")
        verdict = "" if isinstance(value, str) else " reached" if value >= least else " NOT reached"
        lines.append(f"{name}_{model}  {_shown(value)} (at least {least:g}){verdict}")
    return lines


def _gains(figures: Figures, model: str) -> list[str]:
    return [
        f"{name}_{model}  {_shown(figures[f'{name}_{model}'])} times the time of step 10 with {words}"
        for name, words in GAINS.items()
        if f"{name}_{model}" in figures
    ]


def _memory(figures: Figures) -> list[str]:
    lines = [f"{name}  {_shown(value)}" for name, value in figures.items() if name.startswith("memory_mb")]
    growth = [value for name, value in figures.items() if name.startswith("memory_growth")]
    flat = [f"memory is {'' if value <= _FLAT else 'NOT '}flat" for value in growth if not isinstance(value, str)]
    return lines + flat


def _rest(figures: Figures) -> list[str]:
    """Every figure that has no place above, as it is in the file."""
    above = (*ROWS, *GAINS, *(name for name, _ in BARS), "memory_")
    return ["", *(f"{name}  {_shown(value)}" for name, value in figures.items() if not name.startswith(above))]


def _line(cells: Sequence[str]) -> str:
    first, *others = cells
    return f"{first:<36}" + "".join(f"{cell:>18}" for cell in others)


def _short(value: float | str) -> str:
    """A cell; the reason why it is missing is below, and in the file."""
    return value.partition(":")[0] if isinstance(value, str) else _shown(value)


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() or value >= 1000 else f"{value:,.2f}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
