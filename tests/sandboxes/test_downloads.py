import pytest
import pytest_asyncio

from actions.action import LeftClick, Wait
from sandboxes.browser import BrowserEnvironment
from sandboxes.downloads import plain_name, size_of
from sandboxes.errors import PageError
from tests.page_server import Page
from tests.sandboxes.browsing import BUTTON, act, button, task

CLICK = LeftClick(at=BUTTON)
LINK = "<a href=/file style='position:absolute;left:0;top:0;width:90px;height:60px;display:block'>Get</a>"

BLOB = """const a = document.createElement("a");
  a.href = window.URL.createObjectURL(new Blob(["hello"])); a.download = "note.txt"; a.click()"""


def browses(test):
    """Marks a test that shares one browser with the others here."""
    return pytest.mark.browser(pytest.mark.asyncio(loop_scope="module")(test))


def file(content: bytes, name: str) -> Page:
    return Page(content, "application/octet-stream", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kept(tmp_path_factory):
    """Where the folders of episodes are made."""
    return tmp_path_factory.mktemp("downloads") / "kept"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium, kept):
    environment = BrowserEnvironment(chromium=chromium, downloads=kept)
    yield environment
    await environment.close()


@browses
async def test_files_are_kept_told_and_listed(browser, page_server, kept):
    page_server.add("/file", file(b"x" * 12_300, "report.pdf"))
    await browser.reset(task(page_server.add("/", LINK)))
    assert not kept.exists()
    assert browser.downloaded == []
    assert (await act(browser, CLICK)).notes == ("Downloaded report.pdf (12 KB).",)
    assert (await act(browser, CLICK)).notes == ("Downloaded report-2.pdf (12 KB).",)
    assert [path.name for path in browser.downloaded] == ["report-2.pdf", "report.pdf"]
    assert browser.downloaded[1].read_bytes() == b"x" * 12_300
    await browser.reset(task(page_server.add("/", button(BLOB))))
    assert browser.downloaded == []
    notes = [*(await act(browser, CLICK)).notes, *(await act(browser, Wait(seconds=0.3))).notes]
    assert notes == ["Downloaded note.txt (5 B)."]
    assert browser.downloaded[0].read_text() == "hello"
    assert len(list(kept.iterdir())) == 2, "each episode has a folder of its own"


@browses
async def test_names_from_outside_stay_in_the_folder(browser, page_server, kept):
    page_server.add("/file", file(b"x", "../../.bashrc"))
    await browser.reset(task(page_server.add("/", LINK)))
    await act(browser, CLICK)
    (path,) = browser.downloaded
    assert path.parent.parent == kept
    assert [item.name for item in kept.parent.iterdir()] == ["kept"]


@browses
async def test_files_are_refused_where_there_is_no_folder_for_them(chromium, page_server):
    browser = BrowserEnvironment(chromium=chromium)
    try:
        url = page_server.add("/file", file(b"x", "report.pdf"))
        await browser.reset(task(page_server.add("/", LINK)))
        seen = await act(browser, CLICK)
        assert seen.notes == ("A download (report.pdf) was offered and not kept.",)
        assert browser.downloaded == []
        with pytest.raises(PageError, match="it is a download and no page"):
            await browser.reset(task(url))
    finally:
        await browser.close()


@browses
async def test_a_file_that_does_not_end_is_told(browser, page_server, kept):
    half = file(b"x" * 100_000, "big.iso")
    page_server.add("/file", Page(half.body, half.content_type, headers=half.headers, missing=9))
    await browser.reset(task(page_server.add("/", LINK)))
    seen = await act(browser, CLICK)
    assert seen.notes == ("big.iso is still being downloaded.",)
    assert (await act(browser, Wait(seconds=0))).notes == ("big.iso is still being downloaded.",)
    assert browser.downloaded == [], "only whole files count"
    await browser.reset(task(page_server.url + "/"))


@pytest.mark.parametrize(
    ("suggested", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\evil.exe", "evil.exe"),
        (".hidden", "hidden"),
        ("a\nb\0c:d.txt", "a_b_c_d.txt"),
        ("Zoë 日本.txt", "Zoë 日本.txt"),
        ("", "download"),
        ("...", "download"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
        ("x." + "y" * 300, "x." + "y" * 118),
    ],
)
def test_names_are_made_plain(suggested, name):
    assert plain_name(suggested) == name


@pytest.mark.parametrize(("number", "text"), [(0, "0 B"), (1023, "1023 B"), (12_300, "12 KB"), (3_565_158, "3.4 MB")])
def test_sizes_in_words(number, text):
    assert size_of(number) == text
