import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, Type
from perception.geometry import Point
from sandboxes.demos.signup import PAGE, THEMES, VIEWPORT, DemoEnvironment, demo_task, signup

SEEDS = range(40)


def test_a_seed_always_gives_the_same_form():
    assert signup(3) == signup(3)
    assert demo_task(3) == demo_task(3)
    assert len({demo_task(seed).instruction for seed in SEEDS}) == len(SEEDS)
    assert {signup(seed).theme for seed in SEEDS} == set(THEMES)


def test_the_instruction_names_all_that_is_wanted_and_the_page_hears_none_of_it():
    for seed in SEEDS:
        form = signup(seed)
        for label, value in form.fields.items():
            assert f'"{value}" in the "{label}" field' in form.instruction
            assert value.split()[0].lower() not in form.url.lower().removeprefix(PAGE.as_uri().lower())
        assert form.instruction.endswith(f'tick "{form.check}" and click "{form.button}".')
        assert form.instruction[0] == "E"


def test_the_page_fetches_nothing():
    text = PAGE.read_text()
    assert "http:" not in text
    assert "https:" not in text
    assert "src=" not in text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(chromium: Path) -> AsyncIterator[DemoEnvironment]:
    environment = DemoEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def middles(demo: DemoEnvironment, selector: str) -> list[Point]:
    """Where a person would click, which only this test asks the page."""
    read = f"""[...document.querySelectorAll({selector!r})].map(e => e.getBoundingClientRect())
        .map(r => [Math.floor(r.x + r.width / 2), Math.floor(r.y + r.height / 2)])"""
    return [Point(x=x, y=y) for x, y in await demo.browser.evaluate(read)]


async def fill(demo: DemoEnvironment, values: list[str]) -> None:
    for at, value in zip(await middles(demo, "input[type=text]"), values, strict=True):
        await demo.step(LeftClick(at=at))
        await demo.step(Type(text=value))


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("seed", range(3))
async def test_a_form_that_is_filled_in_is_a_success(demo, seed):
    seen = await demo.reset(demo_task(seed))
    assert seen.frame.size == VIEWPORT
    assert not (await demo.score()).success
    await fill(demo, list(signup(seed).fields.values()))
    for at in [*await middles(demo, ".tick span"), *await middles(demo, "button")]:
        await demo.step(LeftClick(at=at))
    score = await demo.score()
    assert score.success
    assert score.facts["sent"] == [signup(seed).wanted]
    assert await demo.browser.evaluate("document.querySelector('h1').textContent") == "Thank you"


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_anything_else_is_none(demo):
    form = signup(0)
    await demo.reset(demo_task(0))
    await fill(demo, [form.fields[label] for label in form.fields])
    await demo.step(Key(keys=("enter",)))  # Sent without the tick.
    score = await demo.score()
    assert (score.reward, score.success) == (0.0, False)
    assert score.facts["sent"] == [{**form.wanted, form.check: False}]


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_the_whole_form_fits_the_screen_in_every_theme(demo):
    chosen = {signup(seed).theme: seed for seed in SEEDS}
    for seed in chosen.values():
        await demo.reset(demo_task(seed))
        fits = (
            "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
        )
        assert await demo.browser.evaluate(fits), signup(seed).theme


async def test_before_any_form_there_is_no_score():
    environment = DemoEnvironment()
    assert await environment.score() is None
    await asyncio.wait_for(environment.close(), 1)
