"""The `screens` benchmark: questions about synthetic screens, answered by the whole path from pixels to an action.

The split `heldout` shows only words that training never shows (see `agent.training.words`); layouts come from seeds
that no training run uses. Screens are drawn, or rendered by Chromium beforehand (`agent.training.pages`): questions of
the latter count apart, as `chromium/KIND`. An answer counts when it is the right kind of action and its point lies on
the control (or on any that the words fit), its text is exact, or its keys are the right ones; a box, when intersection
over union with the true one is at least MIN_IOU. What the model says in its thought or label does not count.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from actions.action import Action, HScroll, LeftClickDrag, Scroll, Wait
from actions.codec.codec import Codec, codec
from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.forms import FormEnvironment
from agent.evaluation.run import walk
from agent.policy import Policy, Situation
from agent.settings import EvaluationSettings, RunSettings
from agent.training.screens import Question, Screen, make_screen, questions
from agent.trajectory import Step, Verdict
from perception.errors import GroundingInvalid
from perception.geometry import Box, Point, Size
from perception.grounding import Grounding
from perception.observation import Frame, ImageRef, Observation
from sandboxes.task import Task

SPLITS = ("heldout", "train")
QUESTIONS_PER_SCREEN = 4
MAX_QUESTIONS = 24
"""Questions that are drawn for a screen, of which the rarest kinds are asked."""
MIN_IOU = 0.5
RENDERED = "chromium/"
"""Before the kinds of question that are asked of pages in Chromium."""
FORM = "form"
"""A whole form of several steps."""
MAX_STEPS = 10
"""Actions for a form."""
RENDERED_PART, FORMS_PART = 4, 20
"""Of so many screens one is rendered, and for so many there is a form more, where both are measured."""


@runtime_checkable
class Locator(Protocol):
    """A policy that can also say where something is."""

    async def locate(self, frame: Frame, phrase: str) -> Grounding | None:
        """The point and box of a phrase, or None where the model says that it is not there."""
        ...


class ScreensBenchmark:
    """Drawn screens and rendered ones, up to four questions each, rare kinds first; and whole forms in Chromium."""

    name = "screens"

    def __init__(
        self,
        *,
        split: str = "heldout",
        seed: int = 1_000_001,
        num_screens: int = 1000,
        rendered: Sequence[Screen] = (),
        num_forms: int = 0,
        settings: EvaluationSettings | None = None,
    ) -> None:
        """`rendered`: screens of the same split from Chromium; `num_forms`: forms to work from start to end."""
        if split not in SPLITS:
            raise ValueError(f"no split {split!r}: there are {', '.join(SPLITS)}")
        self._split, self._seed, self._num_screens, self._rendered = split, seed, num_screens, rendered
        self._num_forms, self._settings = num_forms, settings or EvaluationSettings()
        self._forms: FormEnvironment | None = None
        self._posed = lru_cache(maxsize=8)(self._pose)

    def episodes(self) -> Sequence[Episode]:
        """One episode a question; the same seed asks the same."""
        found: list[Episode] = []
        for prefix, count in (("", self._num_screens), (RENDERED, len(self._rendered))):
            asked: Counter[str] = Counter()
            for number in range(count):
                _, all_questions = self._posed(prefix, number)
                order = sorted(range(len(all_questions)), key=lambda index: asked[all_questions[index].kind])
                for index in order[:QUESTIONS_PER_SCREEN]:
                    asked[all_questions[index].kind] += 1
                    found.append(self._episode(prefix, number, index, all_questions[index]))
        return found + [self._form(number) for number in range(self._num_forms)]

    def _form(self, number: int) -> Episode:
        settings = {"split": self._split}
        task = Task(
            id=f"form-{number}", instruction="", environment="form", settings=settings, seed=self._seed + number
        )
        return Episode(name=RENDERED + FORM, task=task)

    def question(self, episode: Episode) -> tuple[Screen, Question]:
        """What an episode shows and asks."""
        settings = episode.task.settings
        screen, all_questions = self._posed(settings["prefix"], settings["number"])
        return screen, all_questions[settings["question"]]

    def _pose(self, prefix: str, number: int) -> tuple[Screen, list[Question]]:
        """A screen and what is asked about it."""
        if not prefix:
            return posed(self._split, self._seed + number)
        screen = self._rendered[number]
        return screen, questions(screen, random.Random(f"{prefix}:{self._seed + number}"), limit=MAX_QUESTIONS)

    def _episode(self, prefix: str, number: int, index: int, question: Question) -> Episode:
        task = Task(
            id=f"screens-{prefix}{number}-{index}",
            instruction=question.instruction,
            environment="screens",
            seed=self._seed + number,
            settings={"split": self._split, "prefix": prefix, "number": number, "question": index},
        )
        return Episode(name=prefix + question.kind, task=task)

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Ask the policy once, without a run to record; a form is walked to its end."""
        if episode.task.environment == "form":
            return await self._walk(episode, policy, folder)
        screen, question = self.question(episode)
        begun = time.perf_counter()
        if not question.action:
            success = await _located(policy, question, screen)
            return EpisodeResult(
                name=episode.name,
                success=success,
                reward=float(success),
                steps=1,
                seconds=time.perf_counter() - begun,
            )
        choice = await policy.decide(situation(screen, question))
        seconds = time.perf_counter() - begun
        success = choice.decision is not None and right(choice.decision.action, question, screen)
        tokens = sum(reply.usage.prompt_tokens + reply.usage.completion_tokens for reply in choice.replies)
        return EpisodeResult(
            name=episode.name, success=success, reward=float(success), steps=1, seconds=seconds, tokens=tokens
        )

    async def _walk(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        if self._forms is None:
            self._forms = FormEnvironment()
        limits = RunSettings(max_steps=self._settings.max_steps or MAX_STEPS, max_seconds=self._settings.max_seconds)
        result = await walk(episode, self._forms, policy, limits, folder)
        if result.crashed:
            await self.close()
        return result

    async def close(self) -> None:
        """End the forms' browser."""
        forms, self._forms = self._forms, None
        if forms is not None:
            await forms.close()


async def _located(policy: Policy, question: Question, screen: Screen) -> bool:
    """Whether the policy finds what a request to locate speaks of, or says that it is not there."""
    if not isinstance(policy, Locator):
        raise BenchmarkError("this policy can't locate anything: it has no method locate")
    try:
        found = await policy.locate(Frame(screen.image), question.instruction.removeprefix("Locate "))
    except GroundingInvalid:
        return False
    boxes = [box for box in (question.hit, *question.also) if box is not None]
    if found is None or not boxes:
        return found is None and not boxes
    return found.box is not None and any(overlap(found.box, box) >= MIN_IOU for box in boxes)


def overlap(box: Box, other: tuple[float, float, float, float]) -> float:
    """Intersection over union of two boxes in pixels."""
    width = min(box.right, other[2]) - max(box.left, other[0])
    height = min(box.bottom, other[3]) - max(box.top, other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = (box.right - box.left) * (box.bottom - box.top) + (other[2] - other[0]) * (other[3] - other[1])
    return shared / (areas - shared) if areas > shared else 0.0


def posed(split: str, seed: int) -> tuple[Screen, list[Question]]:
    """The drawn screen of a seed and all questions about it."""
    rng = random.Random(f"screens:{split}:{seed}")
    while True:
        screen = make_screen(rng, heldout=split == "heldout")
        found = questions(screen, rng, limit=MAX_QUESTIONS)
        if found:
            return screen, found


def situation(screen: Screen, question: Question) -> Situation:
    """The question as a policy meets it in a run, with earlier steps that all had their effect."""
    frame = Frame(screen.image)
    image = ImageRef(digest=frame.digest, size=frame.size)
    steps = [
        Step(
            index=index,
            time="",
            before=image,
            thought=thought,
            action=Wait(seconds=0),
            verdict=Verdict(changed=True, changed_share=0.01),
        )
        for index, thought in enumerate(question.history)
    ]
    return Situation(instruction=question.instruction, observation=Observation(frame), steps=steps)


def right(action: Action, question: Question, screen: Screen) -> bool:
    """Whether an action does what the question asks for: aimed at the control, all else as it should be."""
    wanted = expected(question, screen)
    box = question.hit or question.target
    if box is None or action.kind != wanted.kind:
        return action == wanted
    point = first_point(action)
    boxes = (box, *question.also)
    on_target = point is not None and any(b[0] <= point.x <= b[2] and b[1] <= point.y <= b[3] for b in boxes)
    return on_target and _rest_right(action, wanted, screen)


def _rest_right(action: Action, wanted: Action, screen: Screen) -> bool:
    """A drag ends within a twentieth of the screen of where it should; a wheel turns the right way."""
    if isinstance(action, LeftClickDrag) and isinstance(wanted, LeftClickDrag):
        width, height = screen.size
        return abs(action.end.x - wanted.end.x) <= width / 20 and abs(action.end.y - wanted.end.y) <= height / 20
    if isinstance(action, Scroll | HScroll) and isinstance(wanted, Scroll | HScroll):
        return action.pixels * wanted.pixels > 0
    return True


def expected(question: Question, screen: Screen) -> Action:
    """The right reply, read by the same codec as the model's."""
    width, height = screen.size
    dialect: Codec = codec("qwen3vl")
    return dialect.parse(question.reply, Size(width=width, height=height)).action


def first_point(action: Action) -> Point | None:
    """Where an action is aimed: its point, or where a drag starts."""
    found: Any = getattr(action, "at", None) or getattr(action, "start", None)
    return found
