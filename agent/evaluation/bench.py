"""What a step costs in the model, and how that compares with `transformers`.

    make bench

Drawn screens of the demo's size, requests of several steps as the demo makes them, at some point of their way; prompts
of the compact style, greedy replies under the schema of the browser's actions. Our engine and `transformers` (bfloat16
and float32, of which the faster counts) answer the same prompts in turn, so that whatever else the machine does meets
them alike. `transformers` gets ready pixel values and token ids and is timed in `generate` alone. Figures are
medians in milliseconds unless named otherwise.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from actions.space import reply_schema
from agent.prompts import compact
from agent.training.screens import make_screen, questions
from perception.clients.catalog import NANO
from perception.clients.client import Completion, Message, Sampling
from perception.files import replace_file
from perception.observation import Frame
from perception.qwen3vl.engine import Engine, fast_dtype
from perception.qwen3vl.reply import Request

SIZE = (352, 288)
NUM_STEPS = 24
MAX_TOKENS = 64
SEED = 1_000_001
FILE = Path("build") / "bench.json"
DTYPES = ("bfloat16", "float32")
Figures = dict[str, float | str]


class Case(NamedTuple):
    """One step to measure."""

    messages: list[Message]
    schema: Mapping[str, Any]


def cases(num_steps: int, size: tuple[int, int] = SIZE) -> Iterator[Case]:
    """Held-out forms with one request of several steps each, of which some are done."""
    rng = random.Random(SEED)
    schema = reply_schema("browser")
    found = 0
    while found < num_steps:
        screen = make_screen(rng, heldout=True, size=size, genre="form")
        asked = [question for question in questions(screen, rng) if question.kind == "task"]
        if asked:
            question = asked[0]
            frame = Frame(np.ascontiguousarray(screen.image))
            yield Case(compact(question.instruction, question.history, frame), schema)
            found += 1


def measure(
    folder: Path = NANO, *, num_steps: int = NUM_STEPS, progress: Callable[[str], None] | None = None
) -> Figures:
    """Every figure of this machine. Raises ModelError for a folder without a model."""
    say = progress or (lambda line: None)
    say(f"reading {folder}")
    begun = perf_counter()
    engine = Engine.load(folder, keep_bytes=0)  # what was asked once before must not be free the second time
    load_ms = (perf_counter() - begun) * 1e3
    steps = _Steps(engine, list(cases(num_steps)))
    references = _references(folder, say)
    for number in range(-1, num_steps):  # the first round warms up and is not counted
        steps.ours(number)
        for name, reference in references.items():
            steps.theirs(number, name, reference)
        say(f"step {number + 1} of {num_steps}")
    return {"load_ms_nano": load_ms, **steps.figures(), **_machine(engine)}


class _Steps:
    """The same steps, answered by ours and by theirs."""

    def __init__(self, engine: Engine, steps: list[Case]) -> None:
        self._engine = engine
        self._cases = steps
        self._completions: list[Completion] = []
        self._wall: list[float] = []
        self._prepare: list[float] = []
        self._theirs: dict[str, list[tuple[float, list[int]]]] = {}

    def ours(self, number: int) -> None:
        case = self._cases[max(number, 0)]
        begun = perf_counter()
        prompt = self._engine.prompt(case.messages)
        prepared = perf_counter()
        completion = self._engine.generate(Request(prompt, case.schema, Sampling(max_tokens=MAX_TOKENS)))
        ended = perf_counter()
        if number >= 0:
            self._completions.append(completion)
            self._prepare.append((prepared - begun) * 1e3)
            self._wall.append((ended - prepared) * 1e3)

    def theirs(self, number: int, name: str, reference: Any) -> None:
        case = self._cases[max(number, 0)]
        answered = reference.generate(self._engine.prompt(case.messages), case.schema, MAX_TOKENS)
        if number >= 0:
            self._theirs.setdefault(name, []).append((answered.total_ms, answered.token_ids))

    def figures(self) -> Figures:
        """Medians, and the comparison where there is one."""
        timings = [completion.timings for completion in self._completions]
        usages = [completion.usage for completion in self._completions]
        decode_s = sum(timing.decode_ms for timing in timings) / 1e3
        found: Figures = {
            "step_ms_nano": median(prepare + wall for prepare, wall in zip(self._prepare, self._wall, strict=True)),
            "step_ms_nano_max": max(self._wall),
            "prepare_ms_nano": median(self._prepare),
            "generate_ms_nano": median(self._wall),
            "vision_ms_nano": median(timing.vision_ms for timing in timings),
            "prefill_ms_nano": median(timing.prefill_ms for timing in timings),
            "decode_ms_nano": median(timing.decode_ms for timing in timings),
            "prompt_tokens_nano": median(usage.prompt_tokens for usage in usages),
            "reply_tokens_nano": median(usage.completion_tokens for usage in usages),
            "forced_tokens_nano": median(usage.forced_tokens for usage in usages),
            "decode_tokens_per_second_nano": sum(u.completion_tokens for u in usages) / decode_s if decode_s else 0.0,
            "num_steps": len(timings),
        }
        return found | self._comparison()

    def _comparison(self) -> Figures:
        if not self._theirs:
            return {"transformers": "missing: .venv/bin/pip install transformers"}
        medians = {name: median(total for total, _ in answers) for name, answers in self._theirs.items()}
        fastest = min(medians, key=medians.__getitem__)
        ours = [list(completion.token_ids) for completion in self._completions]
        equal = {
            name: sum(_same(mine, ids) for mine, (_, ids) in zip(ours, answers, strict=True)) / len(ours)
            for name, answers in self._theirs.items()
        }
        found: Figures = {f"transformers_{name}_ms_nano": value for name, value in medians.items()}
        found |= {f"same_tokens_as_{name}": value for name, value in equal.items()}
        found["engine_vs_transformers_nano"] = medians[fastest] / median(self._wall)
        found["transformers"] = fastest
        return found


def _same(ours: list[int], theirs: list[int]) -> bool:
    """Equal but for the end token, which our engine does not spend a pass on when the schema is fulfilled."""
    return theirs[: len(ours)] == ours and len(theirs) - len(ours) <= 1


def _references(folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """`transformers` in each dtype; none where it is not installed."""
    if find_spec("transformers") is None:
        say("transformers is not installed, so nothing is compared: .venv/bin/pip install transformers")
        return {}
    from perception.qwen3vl.reference import Reference

    return {name: Reference(folder, name) for name in DTYPES}


def _machine(engine: Engine) -> Figures:
    return {
        "dtype": str(fast_dtype()).removeprefix("torch."),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "parameters_nano": engine.num_parameters,
        "width": SIZE[0],
        "height": SIZE[1],
    }


def write(figures: Figures, path: Path = FILE) -> Path:
    """Writes the flat object, replacing the file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, (json.dumps(figures, indent=2) + "\n").encode())
    return path


def table(figures: Figures) -> str:
    """The figures as lines for a person."""
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {_shown(value)}" for name, value in figures.items())


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
