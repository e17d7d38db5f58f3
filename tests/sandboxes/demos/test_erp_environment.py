"""Five generated invoices booked in a real browser, by clicks and keys alone; positions come from the page's DOM."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import LeftClick, Type
from perception.geometry import Point, Size
from sandboxes.catalog import environment
from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.entry import FIELDS, Entry
from sandboxes.demos.erp.environment import ErpEnvironment, erp_task
from sandboxes.demos.papers.paper import Order, make_paper
from sandboxes.demos.papers.truths import values_of
from sandboxes.errors import SandboxError

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


MIDDLE = """selector => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""


def invoices(number: int) -> list[Entry]:
    contents = [made.contents for index in range(number) if (made := make_paper(Order(4), index)).contents]
    return [Entry(**{name: values_of(each)[name] for name in FIELDS}) for each in contents]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erp(chromium: Path) -> AsyncIterator[ErpEnvironment]:
    made = environment("erp", chromium=chromium)
    assert isinstance(made, ErpEnvironment)
    yield made
    await made.close()


async def click(erp: ErpEnvironment, selector: str) -> None:
    """A real click on the middle of what the selector finds."""
    middle = await erp.browser.evaluate(MIDDLE, selector)
    await erp.step(LeftClick(at=Point(x=int(middle[0]), y=int(middle[1]))))


async def fill(erp: ErpEnvironment, entry: Entry) -> None:
    """From the list or a receipt to the next page after the form."""
    await click(erp, "header a[href='/new']")
    for name in FIELDS:
        await click(erp, f"#{name}")
        await erp.step(Type(text=getattr(entry, name)))
    await click(erp, "button")


async def shown(erp: ErpEnvironment) -> str:
    return await erp.browser.evaluate("document.querySelector('h1').textContent")


async def test_before_a_reset_there_is_nothing_to_score(erp: ErpEnvironment):
    assert await ErpEnvironment().score() is None


@pytest.mark.slow
async def test_five_invoices_are_booked_right(erp: ErpEnvironment):
    wanted = invoices(5)
    await erp.reset(erp_task(wanted))
    score = await erp.score()
    assert score is not None
    assert (score.reward, score.success) == (0.0, False)
    for number, entry in enumerate(wanted, start=1):
        await fill(erp, entry)
        assert await shown(erp) == "Invoice saved"
        score = await erp.score()
        assert score is not None
        assert score.reward == pytest.approx(number / 5)
    assert score.success


@pytest.mark.slow
async def test_a_double_entry_is_counted_and_a_reset_forgets_it(erp: ErpEnvironment):
    wanted = invoices(1)
    task = erp_task(wanted).model_copy(update={"viewport": Size(width=352, height=288)})
    await erp.reset(task)
    await fill(erp, wanted[0])
    await fill(erp, wanted[0])
    assert await shown(erp) == "Possible duplicate"
    score = await erp.score()
    assert score is not None
    assert score.success
    await click(erp, "button.plain")
    score = await erp.score()
    assert score is not None
    assert not score.success
    assert score.facts["duplicates"] == ["R-000002"]
    await erp.reset(task)
    assert await shown(erp) == "Invoices (0)"


async def test_a_wrong_entry_is_counted(erp: ErpEnvironment):
    wanted = invoices(1)
    await erp.reset(erp_task(wanted))
    await fill(erp, wanted[0].model_copy(update={"date": "2020-01-01"}))
    score = await erp.score()
    assert score is not None
    assert not score.success
    assert score.facts["wrong"] == {"R-000001": ["date"]}


async def test_all_of_the_form_is_seen_on_small_screens(erp: ErpEnvironment):
    for width, height in ((352, 288), (1024, 768)):
        await erp.reset(erp_task([]).model_copy(update={"viewport": Size(width=width, height=height)}))
        await click(erp, "header a[href='/new']")
        reach = await erp.browser.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert reach[0] <= width
        assert reach[1] <= height


async def test_settings_that_cannot_be_are_refused(erp: ErpEnvironment, tmp_path: Path):
    task = erp_task(invoices(1))
    with pytest.raises(SandboxError, match="need number, date"):
        await erp.reset(task.model_copy(update={"settings": {"invoices": [{"number": "1"}]}}))
    elsewhere = {"url": "http://127.0.0.1:9", "settings": {**task.settings, "database": str(tmp_path / "none.sqlite")}}
    with pytest.raises(SandboxError, match=r"none\.sqlite is not there"):
        await erp.reset(task.model_copy(update=elsewhere))


@pytest.mark.slow
async def test_a_program_that_runs_elsewhere_is_used(erp: ErpEnvironment, tmp_path: Path):
    from sandboxes.demos.erp.server import ErpServer

    wanted, books = invoices(2), Books(tmp_path / "books.sqlite")
    books.book(wanted[0])
    with ErpServer(books) as server:
        await erp.reset(erp_task(wanted, url=server.url, database=books.file))
        assert await shown(erp) == "Invoices (1)"
        await fill(erp, wanted[1])
        score = await erp.score()
        assert score is not None
        assert score.success
