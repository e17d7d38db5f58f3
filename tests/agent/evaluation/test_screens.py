"""The screens benchmark: what counts as right, and that an oracle gets everything right."""

import random

import pytest

from actions.action import HScroll, LeftClick, LeftClickDrag, Scroll
from actions.codec.codec import codec
from agent.evaluation.run import evaluate
from agent.evaluation.screens import ScreensBenchmark, expected, overlap, posed, right
from agent.policy import Choice, Identity, Situation
from agent.training.screens import make_screen, questions
from agent.training.words import belongs
from perception.geometry import Box, Point, Size
from perception.grounding import Grounding, parse
from perception.observation import Frame


class Oracle:
    """Knows the right reply of every question by its instruction and picture."""

    def __init__(self, benchmark: ScreensBenchmark) -> None:
        self._replies: dict[tuple[str, str, tuple[str, ...]], str] = {}
        for episode in benchmark.episodes():
            screen, question = benchmark.question(episode)
            self._replies[question.instruction, str(screen.image.sum()), question.history] = question.reply

    @property
    def identity(self) -> Identity:
        return Identity(policy="oracle", model="oracle")

    async def decide(self, situation: Situation) -> Choice:
        frame = situation.observation.frame
        key = (situation.instruction, str(frame.pixels.sum()), tuple(step.thought for step in situation.steps))
        return Choice(codec("qwen3vl").parse(self._replies[key], frame.size))

    async def locate(self, frame: Frame, phrase: str) -> Grounding | None:
        return parse(self._replies[f"Locate {phrase}", str(frame.pixels.sum()), ()], frame.size)


class Astray(Oracle):
    """Finds everything a little too far to the right, and what is not there as well."""

    async def locate(self, frame: Frame, phrase: str) -> Grounding | None:
        found = await super().locate(frame, phrase)
        box = found.box if found and found.box else Box(left=0, top=0, right=9, bottom=9)
        width = box.right - box.left
        moved = box.model_copy(update={"left": box.left + width / 2, "right": box.right + width / 2})
        return Grounding(label="", point=Point(x=1, y=1), box=moved)


async def test_an_oracle_is_right_on_every_question() -> None:
    benchmark = ScreensBenchmark(num_screens=25)
    report = await evaluate(benchmark, Oracle(benchmark), seed=1_000_001)
    assert report.success == 1.0
    assert report.episodes > 60
    assert not any(row.crashed for row in report.tasks.values())
    assert report.tasks["locate"].episodes >= 3  # how many fit on a screen depends on the machine's fonts


async def test_rendered_screens_count_apart() -> None:
    rng = random.Random(1)
    rendered = [make_screen(rng, heldout=True) for _ in range(4)]
    benchmark = ScreensBenchmark(num_screens=2, rendered=rendered)
    report = await evaluate(benchmark, Oracle(benchmark), seed=1)
    kinds = [name for name in report.tasks if name.startswith("chromium/")]
    assert sum(report.tasks[name].episodes for name in kinds) >= 8
    assert report.success == 1.0


async def test_a_box_that_lies_beside_the_control_is_wrong() -> None:
    benchmark = ScreensBenchmark(num_screens=12)
    report = await evaluate(benchmark, Astray(benchmark), seed=1)
    assert report.tasks["locate"].success == 0.0
    assert report.tasks["button"].success == 1.0


def test_overlap_is_intersection_over_union() -> None:
    box = Box(left=0, top=0, right=10, bottom=10)
    assert overlap(box, (0, 0, 10, 10)) == 1.0
    assert overlap(box, (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap(box, (20, 0, 30, 10)) == 0.0


def test_heldout_screens_show_heldout_words_only() -> None:
    for seed in range(10):
        screen, _ = posed("heldout", 1_000_001 + seed)
        assert all(belongs(widget.text, heldout=True) for widget in screen.widgets if widget.kind == "button")


def test_the_same_seed_asks_the_same() -> None:
    first, again = ScreensBenchmark(num_screens=5), ScreensBenchmark(num_screens=5)
    assert first.episodes() == again.episodes()
    assert first.episodes() != ScreensBenchmark(num_screens=5, seed=7).episodes()


def test_a_split_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="heldout, train"):
        ScreensBenchmark(split="test")


def found(kind: str):
    """A screen and a question of a kind."""
    rng = random.Random(4)
    while True:
        screen = make_screen(rng)
        for question in questions(screen, rng):
            if question.kind == kind:
                return screen, question


def test_a_click_beside_the_control_is_wrong() -> None:
    screen, question = found("button")
    left, top, right_edge, bottom = question.target or (0, 0, 0, 0)
    inside = LeftClick(at=Point(x=int((left + right_edge) / 2), y=int((top + bottom) / 2)))
    assert right(inside, question, screen)
    assert not right(LeftClick(at=Point(x=int(right_edge) + 3, y=int(top))), question, screen)


def test_a_wheel_turned_the_wrong_way_is_wrong() -> None:
    screen, question = found("scroll")
    wanted = expected(question, screen)
    assert isinstance(wanted, Scroll | HScroll)
    assert right(wanted, question, screen)
    assert not right(wanted.model_copy(update={"pixels": -wanted.pixels}), question, screen)


def test_a_drag_that_ends_elsewhere_is_wrong() -> None:
    screen, question = found("drag")
    wanted = expected(question, screen)
    assert isinstance(wanted, LeftClickDrag)
    assert right(wanted, question, screen)
    far = Point(x=(wanted.end.x + screen.size[0] // 2) % screen.size[0], y=wanted.end.y)
    assert not right(wanted.model_copy(update={"end": far}), question, screen)


def test_typed_text_must_be_exact() -> None:
    rng = random.Random(0)
    screen, question = next(
        (screen, question)
        for screen in iter(lambda: make_screen(rng, genre="form"), None)
        for question in questions(screen, rng)
        if question.action == "type"
    )
    wanted = expected(question, screen)
    assert right(wanted, question, screen)
    near = codec("qwen3vl").parse(question.reply.replace('"}', 'x"}'), Size(width=10, height=10)).action
    assert not right(near, question, screen)
