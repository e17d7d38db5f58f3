"""The phases of the benchmark and the figures that come out.

Every phase goes round by round, and in a round all sides have their turn, so that whatever else the machine does meets
them alike; the first round warms up and is not counted. What is measured of a step goes from messages to the last
token. Step 1 is asked of sides that know nothing; step 10 when step 9 has been asked, each time with another frame.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from agent.evaluation.bench.embedded import EmbeddedSide
from agent.evaluation.bench.side import Answer, Child
from agent.evaluation.bench.sides import NAMES, OURS, SGLANG, THEIRS, Sides, Subject
from agent.evaluation.bench.steps import LAST, Question
from perception.qwen3vl.config import Config

Figures = dict[str, float | str]
Say = Callable[[str], None]
_OTHERS = 100
"""Variants from here on are for what is gained."""


class Plan(NamedTuple):
    """How much is measured."""

    repeats: int = 5
    max_tokens: int = 96
    """Of a reply. The form ends it long before: where tokens run out our engine hurries to the end, and `transformers`
    does not."""
    num_decoded: int = 32
    num_together: int = 8
    memory_steps: int = 500
    """Over which memory is watched; 0 leaves that out."""


QUICK = Plan(repeats=1, num_decoded=8, num_together=2, memory_steps=20)
"""To see that all of it works; its times say little."""


def measure(subjects: Sequence[Subject], plan: Plan, *, environment: Path | None, logs: Path, say: Say) -> Figures:
    """Every figure, flat: those of the first subject have the memory of a long row of steps too.

    environment: SGLang's, None where there is none; logs: folder for what its server says. Raises ModelError for a
    folder without a model, BenchmarkError when our own engine fails.
    """
    for subject in subjects:
        Config.load(subject.folder)
    figures: Figures = {}
    for subject in subjects:
        with Sides(subject, environment, logs, say) as sides:
            figures |= _Phases(subject, plan, sides, say).figures()
    return figures | (memory(subjects[0], plan.memory_steps, say) if plan.memory_steps else {})


def memory(subject: Subject, num_steps: int, say: Say) -> Figures:
    """Resident memory of the embedded engine alone, in a process of its own, after a tenth, a half and all of the
    steps."""
    marks = sorted({max(1, num_steps // 10), max(1, num_steps // 2), num_steps})
    say(f"{subject.name}: memory over {num_steps} steps")
    child = Child(OURS, EmbeddedSide, subject.folder)
    try:
        found = child.call("many", subject.size, num_steps, marks)
    finally:
        child.close()
    figures: Figures = {f"memory_mb_step{mark}_{subject.name}": value for mark, value in zip(marks, found, strict=True)}
    return figures | {f"memory_growth_{subject.name}": found[-1] / found[0]}


class _Phases:
    """One model."""

    def __init__(self, subject: Subject, plan: Plan, sides: Sides, say: Say) -> None:
        self._model, self._plan, self._sides, self._say = subject, plan, sides, say
        self._found: Figures = {}

    def figures(self) -> Figures:
        """All phases, in the order in which their figures are shown."""
        about = self._sides.call(OURS, "about")
        for name, value in (about | (self._sides.call(SGLANG, "about") or {})).items():
            self._put(name, value)
        self._put("width", self._model.size[0])
        self._put("height", self._model.size[1])
        self._first_step()
        best = self._last_step()
        self._together(best)
        self._peaks()
        self._decoding()
        self._sides.keep((OURS,))
        self._gains(str(about["dtype"]))
        return self._found

    def _first_step(self) -> None:
        rounds = [self._sides.ask(self._question(1, 0), self._plan.max_tokens, forget=True)]
        self._compare(rounds[0][OURS])
        for number in self._counted("step 1"):
            rounds.append(self._sides.ask(self._question(1, number), self._plan.max_tokens, forget=True))
        self._times("step1", rounds[1:])

    def _compare(self, ours: Answer) -> None:
        """How much of our reply `transformers` comes to by itself; in another format numbers are rounded elsewhere."""
        for name in THEIRS:
            ids = self._sides.call(name, "freely", self._question(1, 0), self._plan.max_tokens)
            if ids is not None:
                same = _num_same(ours.token_ids, ids) / len(ours.token_ids)
                self._put(f"same_tokens_{name.removeprefix('transformers_')}", same)

    def _last_step(self) -> str:
        """Gives the format of `transformers` that was the fastest, empty where there is none."""
        self._say(f"{self._model.name}: the history of step {LAST}")
        self._sides.ask(self._question(LAST - 1, 0), 1)
        rounds = [self._sides.ask(self._question(LAST, 0), self._plan.max_tokens)]
        for number in self._counted(f"step {LAST}"):
            rounds.append(self._sides.ask(self._question(LAST, number), self._plan.max_tokens))
        self._times(f"step{LAST}", rounds[1:])
        ours = [answers[OURS] for answers in rounds[1:]]
        self._put("prompt_tokens", median(answer.num_prompt for answer in ours))
        self._put("cached_tokens", median(answer.num_cached for answer in ours))
        self._put("reply_tokens", median(answer.num_tokens for answer in ours))
        self._put("passes", median(answer.num_passes for answer in ours))
        present = [name for name in THEIRS if all(name in answers for answers in rounds[1:])]
        times = {name: median(answers[name].total_ms for answers in rounds[1:]) for name in present}
        return min(times, key=times.__getitem__, default="")

    def _times(self, name: str, rounds: list[dict[str, Answer]]) -> None:
        times = {
            side: [answers[side].total_ms for answers in rounds]
            for side in NAMES
            if all(side in answers for answers in rounds)
        }
        self._row(f"{name}_ms", times)
        self._ratios(name, times, lower_is_better=True)

    def _together(self, best: str) -> None:
        """Runs side by side at their second step, when their first has been asked."""
        names = [name for name in (OURS, best, SGLANG) if name in self._sides.children]
        self._everybody(names, 1, 0, 1)
        way = self._way_together(names, best)
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for number in self._counted(f"{self._plan.num_together} runs side by side"):
            for name, spent in self._everybody(names, 2, number, self._plan.max_tokens, way).items():
                seconds[name].append(spent)
        rates = {
            name: [self._plan.num_together / spent for spent in spent_each]
            for name, spent_each in seconds.items()
            if len(spent_each) == self._plan.repeats
        }
        self._row("requests_per_second", rates)
        self._ratios("requests", rates, lower_is_better=False)

    def _way_together(self, names: Sequence[str], best: str) -> str:
        """Whether `transformers` is faster one after the other, with its caches, or as a batch without."""
        taken = {
            way: self._everybody(names, 2, 0 if way == "ask_together" else _OTHERS, self._plan.max_tokens, way)
            for way in ("ask_together", "ask_batch")
        }
        ways = {way: spent[best] for way, spent in taken.items() if best in spent}
        way = min(ways, key=ways.__getitem__, default="ask_together")
        if ways:
            self._put("transformers_together", "one after the other" if way == "ask_together" else "a batch")
        return way

    def _everybody(
        self, names: Sequence[str], step: int, variant: int, num_tokens: int, way: str = "ask_together"
    ) -> dict[str, float]:
        """Seconds of each side for all runs at a step; way: what is called of `transformers`."""
        questions = [Question(self._model.size, run + 1, step, variant) for run in range(self._plan.num_together)]
        ours = self._sides.call(OURS, "ask_together", questions, (), num_tokens)
        found = {OURS: ours.seconds}
        for name in names[1:]:
            if way == "ask_batch" and name in THEIRS:
                theirs = self._sides.call(name, way, questions, ours.token_ids)
            else:
                theirs = self._sides.call(name, "ask_together", questions, ours.token_ids, num_tokens)
            if theirs is not None:
                found[name] = theirs.seconds
        return found

    def _peaks(self) -> None:
        peaks = {name: self._sides.call(name, "peak_mb") for name in NAMES}
        self._row("peak_memory_mb", {name: [value] for name, value in peaks.items() if value is not None})

    def _decoding(self) -> None:
        """Behind the prompt of the last step, one token a pass on every side: what a pass costs and nothing else."""
        rates: dict[str, list[float]] = {}
        self._decode(0)
        for number in self._counted("decoding"):
            for name, rate in self._decode(number).items():
                rates.setdefault(name, []).append(rate)
        rates = {name: found for name, found in rates.items() if len(found) == self._plan.repeats}
        self._row("decode_tokens_per_second", rates)
        self._ratios("decode", rates, lower_is_better=False)

    def _decode(self, variant: int) -> dict[str, float]:
        question, told = self._question(LAST, variant), ()
        found: dict[str, float] = {}
        for name in list(self._sides.children):
            answered = self._sides.call(name, "decode", question, told, self._plan.num_decoded)
            if answered is not None:
                found[name], told = answered
        return found

    def _gains(self, dtype: str) -> None:
        """What the last step would cost without each of the things that make it fast."""
        plain = None if dtype == "float32" else Child("embedded_float32", EmbeddedSide, self._model.folder)
        try:
            rounds = self._gain_rounds(plain)
        finally:
            if plain is not None:
                plain.close()
        for gain, without in {"dtype": "float32", "prefix": "nothing kept", "forced": "one a pass"}.items():
            found = [spent[without] / spent["whole"] for spent in rounds if without in spent]
            self._put(f"gain_{gain}", median(found) if found else 1.0)

    def _gain_rounds(self, plain: Child | None) -> list[dict[str, float]]:
        """Milliseconds of each way; plain: our engine in float32."""
        rounds = []
        for number in (-1, 0, *self._counted("what is gained")):
            # First the history, then a round that is not counted.
            step = LAST if number >= 0 else LAST - 1
            question = self._question(step, _OTHERS + number if number >= 0 else 0)
            tokens = self._plan.max_tokens if number >= 0 else 1
            ways = ("whole", "one a pass") if number < 0 else ("whole", "nothing kept", "one a pass")
            spent = {way: self._sides.call(OURS, "ask", question, (), tokens, way).total_ms for way in ways}
            if plain is not None:
                spent["float32"] = plain.call("ask", question, (), tokens).total_ms
            rounds.append(spent)
        return rounds[2:]

    def _question(self, step: int, variant: int) -> Question:
        return Question(self._model.size, 0, step, variant)

    def _counted(self, phase: str) -> Iterator[int]:
        """The numbers of the rounds that count."""
        for number in range(1, self._plan.repeats + 1):
            self._say(f"{self._model.name}: {phase}, round {number} of {self._plan.repeats}")
            yield number

    def _row(self, figure: str, found: dict[str, list[float]]) -> None:
        """Medians of every side, and of who is missing why."""
        for name in NAMES:
            side = "" if name == OURS else f"_{name}"
            if name in found:
                self._put(f"{figure}{side}", median(found[name]))
            elif name in self._sides.missing:
                self._put(f"{figure}{side}", self._sides.missing[name])

    def _ratios(self, figure: str, found: dict[str, list[float]], *, lower_is_better: bool) -> None:
        """How many times better ours is than the best format of `transformers`, and than SGLang."""
        for other, names in {"transformers": THEIRS, SGLANG: (SGLANG,)}.items():
            medians = [median(found[name]) for name in names if name in found]
            reasons = [self._sides.missing[name] for name in names if name in self._sides.missing]
            if medians:
                ours = median(found[OURS])
                ratio = min(medians) / ours if lower_is_better else ours / max(medians)
                self._put(f"{figure}_vs_{other}", ratio)
            else:
                self._put(f"{figure}_vs_{other}", reasons[0] if reasons else "missing")

    def _put(self, figure: str, value: float | str) -> None:
        self._found[f"{figure}_{self._model.name}"] = value


def _num_same(ours: Sequence[int], theirs: Sequence[int]) -> int:
    """How many tokens both begin with."""
    pairs = zip(ours, theirs, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(ours), len(theirs)))
