"""The counter for parcels: what is asked, what the page keeps, and the rule that it tells nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import LeftClick, Wait
from perception.geometry import Point
from sandboxes.demos.parcel import PAGE, RIGHT_SEAL, VIEWPORT, ParcelEnvironment, parcel, parcel_task
from sandboxes.environment import Posing

SEEDS = range(40)


def test_a_seed_always_gives_the_same_parcel() -> None:
    assert parcel(3) == parcel(3)
    assert parcel_task(3) == parcel_task(3)
    assert len({parcel(seed).url for seed in SEEDS}) == len(SEEDS)
    for seed in SEEDS:
        assert parcel(seed).town in parcel(seed).towns
        assert RIGHT_SEAL in parcel(seed).seals


def test_the_right_seal_lies_anywhere_and_nobody_is_told_which_it_is() -> None:
    assert {parcel(seed).seals.index(RIGHT_SEAL) for seed in SEEDS} == {0, 1, 2}
    assert all("seal" not in parcel(seed).instruction for seed in SEEDS)


def test_the_page_fetches_nothing() -> None:
    text = PAGE.read_text()
    assert not any(word in text for word in ("http:", "https:", "src="))


async def test_before_any_parcel_there_is_no_score() -> None:
    environment = ParcelEnvironment()
    assert isinstance(environment, Posing)
    assert (await environment.score(), environment.instruction) == (None, "")
    await environment.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counter(chromium: Path) -> AsyncIterator[ParcelEnvironment]:
    environment = ParcelEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def press(counter: ParcelEnvironment, selector: str) -> bool:
    """Click the middle of what a selector finds; whether the episode is over."""
    read = "s => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x + r.width / 2, r.y + 20]; }"
    x, y = await counter.browser.evaluate(read, selector)
    return (await counter.step(LeftClick(at=Point(x=int(x), y=int(y))))).terminated


def town(seed: int, *, right: bool = True) -> str:
    names = parcel(seed).towns
    number = names.index(parcel(seed).town) + (0 if right else 1)
    return f"#towns button:nth-child({number % len(names) + 1})"


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_the_town_and_then_the_seal_of_the_house_is_a_success(counter: ParcelEnvironment) -> None:
    seen = await counter.reset(parcel_task(1))
    assert seen.frame.size == VIEWPORT
    assert counter.instruction == parcel_task(1).instruction
    assert not await press(counter, '[data-seal="red"]'), "without a town nothing is sent"
    assert not await press(counter, town(1, right=False))
    assert not await press(counter, town(1)), "the last town counts"
    assert await press(counter, '[data-seal="red"]')
    score = await counter.score()
    assert score is not None
    assert (score.success, score.facts["sent"]) == (True, [{"town": parcel(1).town, "seal": "red"}])
    assert (await counter.step(Wait(seconds=0))).terminated


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("wrong", ["town", "seal"])
async def test_another_town_and_another_seal_are_none(counter: ParcelEnvironment, wrong: str) -> None:
    await counter.reset(parcel_task(2))
    await press(counter, town(2, right=wrong != "town"))
    other = next(seal for seal in parcel(2).seals if seal != RIGHT_SEAL)
    assert await press(counter, f'[data-seal="{other if wrong == "seal" else RIGHT_SEAL}"]')
    score = await counter.score()
    assert score is not None
    assert (score.reward, score.success) == (0.0, False)
