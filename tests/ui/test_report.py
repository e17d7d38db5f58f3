"""The page of an evaluation is one file that shows everything, asks nobody, and lets no foreign text become code."""

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import async_playwright

from agent.evaluation.account import account
from tests.evaluations import BROKE, LOST, SOLVED, WON, evaluated, named
from ui.report import LARGEST, MOST_BYTES, PAGE, TEXT, render, write_report
from ui.report_text import markdown
from ui.report_words import compared

EVIL = (
    '</style></td><script>window.evil = 1</script><img src=x onerror="window.evil = 1">'
    "{{ 7 * 7 }}|`*\u202e\u2028\x1b[2J"
)


def written(folder: Path, *results, **options) -> tuple[str, str]:
    """The text and the page of one evaluation."""
    text, page = write_report([account(evaluated(folder, results, **options))], folder)
    return text.read_text(), page.read_text()


def test_both_files_hold_the_table_the_spread_and_the_pins(tmp_path: Path) -> None:
    text, page = written(tmp_path / "e", WON, LOST, SOLVED, WON, WON, SOLVED, repeats=2, tries=[2])
    assert sorted(path.name for path in (tmp_path / "e").iterdir() if "report" in path.name) == [PAGE, TEXT]
    for said in (text, page):
        assert "75.0%" in said
        assert "30.1% to 95.4%" in said
        assert "2 repeats came to 50.0%, 100.0%; the standard deviation between them is 35.4%." in said
        assert "50.0% to 100.0%" in said
        assert "Solved before the first action, and counted for nothing: 2." in said
        assert "Tried more than once, since something broke: 1." in said
        assert "the step limit was reached" in said
        assert "NOT VALID" not in said
    assert "| click | 75.0% | 30.1% to 95.4% | 6 | 0 | 2 | 1 | 50.0% to 100.0% | 4.0 | 1.00 | 300 |" in text
    assert "([last screen](pictures/00002-click.png))" in text
    assert "<dt>prompt_hash</dt>" in page


def test_repeats_that_came_out_alike_say_so(tmp_path: Path) -> None:
    _, page = written(tmp_path / "e", WON, LOST, WON, LOST, repeats=2)
    assert "they say no more than one of them, whose interval is 9.4% to 90.5%" in page


def test_what_does_not_hold_is_shouted(tmp_path: Path) -> None:
    text, page = written(tmp_path / "e", WON, BROKE, WON, missing=1)
    assert '<p class="fault" role="alert">NOT VALID: 1 of 2 episodes crashed, more than 2%</p>' in page
    assert "**NOT VALID: 1 of 2 episodes crashed, more than 2%**" in text
    assert "**NOT WHOLE: 1 of 3 episodes are still to be played**" in text
    assert "something broke in every try" in page


def test_making_it_again_gives_the_same(tmp_path: Path) -> None:
    folder = evaluated(tmp_path / "e", [WON, LOST])
    first = [path.read_bytes() for path in write_report([account(folder)], folder)]
    assert [path.read_bytes() for path in write_report([account(folder)], folder)] == first


def images_of(page: str) -> list[Image.Image]:
    """The pictures of a page, decoded."""
    found = re.findall(r'src="data:image/webp;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


def test_pictures_are_scaled_down_and_few(tmp_path: Path) -> None:
    _, page = written(tmp_path / "e", *[LOST] * 9, WON, size=(1280, 720))
    pictures = images_of(page)
    assert {picture.size for picture in pictures} == {(LARGEST, LARGEST * 720 // 1280)}
    assert len(pictures) == 6
    assert "and 3 more" in page


def test_pictures_have_a_limit_together_and_the_words_stay(tmp_path: Path) -> None:
    kinds = ("step_limit", "stuck", "finished", "gave_up", "unparsable", "time_limit")
    results = [LOST.model_copy(update={"outcome": kind}) for kind in kinds for _ in range(6)]
    _, page = written(tmp_path / "e", *results, WON, size=(400, 400))  # noise does not get smaller
    assert 0 < len(images_of(page)) < len(results)
    assert len(page) < MOST_BYTES + 200_000
    assert page.count("<figure") == len(results)
    assert "no picture" in page


def test_a_lost_or_torn_picture_is_left_out_and_the_rest_is_shown(tmp_path: Path) -> None:
    folder = evaluated(tmp_path / "e", [LOST, LOST, LOST])
    (folder / "pictures/00001-click.png").unlink()
    torn = folder / "pictures/00002-click.png"
    torn.write_bytes(torn.read_bytes()[:200])
    page = render([account(folder)])
    assert len(images_of(page)) == 1
    assert page.count("no picture") == 2


def test_two_are_set_beside_each_other(tmp_path: Path) -> None:
    before = [named(LOST, "a")] * 18 + [named(WON, "a")] * 2 + [named(WON, "b")] * 5
    now = [named(LOST, "a")] * 2 + [named(WON, "a")] * 18 + [named(WON, "c")] * 5
    accounts = [
        account(evaluated(tmp_path / "before", before)),
        account(evaluated(tmp_path / "now", now, model="other")),
    ]
    (pair,) = compared(accounts)
    assert [row.name for row in pair.rows] == ["all", "a"]
    assert "model: scripted -> other" in pair.differs
    page, text = render(accounts), markdown(accounts, tmp_path)
    for said in (page, text):
        assert "+80.0%" in said
        assert "1 of 1 tasks leaves out 0" in said
    assert 'class="good">+80.0%' in page
    assert page.count('class="fault"') == 0
    assert compared(accounts[:1]) == ()


def test_two_without_a_task_in_common_say_so(tmp_path: Path) -> None:
    accounts = [account(evaluated(tmp_path / name, [named(WON, name)])) for name in ("a", "b")]
    assert "no task in common" in render(accounts)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_browser_shows_it_without_a_request_an_error_or_a_page_wider_than_the_screen(
    tmp_path: Path, chromium: Path, width: int
) -> None:
    broke = BROKE.model_copy(update={"crashed": EVIL, "name": EVIL})
    folders = [evaluated(tmp_path / name, [WON, named(LOST, EVIL), broke] * 2, repeats=2) for name in "ab"]
    _, path = write_report([account(folder) for folder in folders], tmp_path)
    asked, wrong = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        await page.goto(path.as_uri())
        assert await page.evaluate("window.evil") is None
        assert await page.locator("script").count() == 0
        assert await page.locator("section").count() == 3
        assert await page.locator(".fault").count() == 4
        size = await page.locator(".fault").first.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        assert size >= 22, "validity in large letters"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        shown = await page.locator("figure img").evaluate_all("all => all.map(each => each.naturalWidth)")
        assert shown == [160] * 8
        assert await page.locator("figcaption span").first.text_content() == re.sub("[\u202e\u2028\x1b]+", " ", EVIL)
        await browser.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]


def test_foreign_text_is_shown_as_it_is_in_markdown_too(tmp_path: Path) -> None:
    text, page = written(tmp_path / "e", named(LOST, EVIL), WON)
    assert "<script" not in text
    assert "<script" not in page
    assert "\\|\\`\\*" in text
    assert "\x1b" not in text + page
    assert "\u202e" not in text + page
    assert "{{ 7 * 7 }}" in page
