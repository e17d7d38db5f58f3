"""The `screens` benchmark: one question a synthetic screen, answered by the whole path from pixels to an action.

The split `heldout` shows only words that training never shows (see `agent.training.words`); layouts come from seeds
that no training run uses. An answer counts when it is the right kind of action and its point lies on the control, its
text is exact, or its keys are the right ones. What the model says in its thought does not count.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.action import Action, HScroll, LeftClickDrag, Scroll, Wait
from actions.codec.codec import Codec, codec
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.policy import Policy, Situation
from agent.training.screens import Question, Screen, make_screen, questions
from agent.trajectory import Step, Verdict
from perception.geometry import Point, Size
from perception.observation import Frame, ImageRef, Observation
from sandboxes.task import Task

SPLITS = ("heldout", "train")
QUESTIONS_PER_SCREEN = 4


class ScreensBenchmark:
    """`num_screens` screens of a split, up to four questions each, rare kinds first."""

    name = "screens"

    def __init__(self, *, split: str = "heldout", seed: int = 1_000_001, num_screens: int = 1000) -> None:
        if split not in SPLITS:
            raise ValueError(f"no split {split!r}: there are {', '.join(SPLITS)}")
        self._split, self._seed, self._num_screens = split, seed, num_screens

    def episodes(self) -> Sequence[Episode]:
        """One episode a question; the same seed asks the same."""
        asked: Counter[str] = Counter()
        found: list[Episode] = []
        for number in range(self._num_screens):
            _, all_questions = posed(self._split, self._seed + number)
            order = sorted(range(len(all_questions)), key=lambda index: asked[all_questions[index].kind])
            for index in order[:QUESTIONS_PER_SCREEN]:
                asked[all_questions[index].kind] += 1
                found.append(self._episode(number, index, all_questions[index]))
        return found

    def _episode(self, number: int, index: int, question: Question) -> Episode:
        settings = {"split": self._split, "question": index}
        task = Task(
            id=f"screens-{number}-{index}",
            instruction=question.instruction,
            environment="screens",
            seed=self._seed + number,
            settings=settings,
        )
        return Episode(name=question.kind, task=task)

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Ask the policy once; `folder` is not used, since there is no run."""
        screen, all_questions = posed(episode.task.settings["split"], episode.task.seed)
        question = all_questions[episode.task.settings["question"]]
        begun = time.perf_counter()
        choice = await policy.decide(situation(screen, question))
        seconds = time.perf_counter() - begun
        success = choice.decision is not None and right(choice.decision.action, question, screen)
        tokens = sum(reply.usage.prompt_tokens + reply.usage.completion_tokens for reply in choice.replies)
        return EpisodeResult(
            name=episode.name, success=success, reward=float(success), steps=1, seconds=seconds, tokens=tokens
        )

    async def close(self) -> None:
        """Nothing runs."""


@lru_cache(maxsize=8)
def posed(split: str, seed: int) -> tuple[Screen, list[Question]]:
    """The screen of a seed and all questions about it."""
    rng = random.Random(f"screens:{split}:{seed}")
    while True:
        screen = make_screen(rng, heldout=split == "heldout")
        found = questions(screen, rng)
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
    on_target = point is not None and box[0] <= point.x <= box[2] and box[1] <= point.y <= box[3]
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
