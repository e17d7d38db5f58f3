"""Screens with more than one pixel in a CSS pixel: the frame has them all, and points are of the frame."""

import pytest

from actions.action import LeftClick
from perception.geometry import Point, Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import AddressError
from tests.sandboxes.browsing import act, task

# A dot of one pixel of the screen, wherever the pointer goes down.
PAGE = """<!doctype html><style>body { margin: 0; background: #fff } svg { display: block }</style>
<svg id=paper width=300 height=200 shape-rendering=crispEdges></svg><script>
onpointerdown = e => {
  const dot = document.createElementNS(paper.namespaceURI, 'rect');
  const side = 1 / devicePixelRatio;
  for (const [name, value] of Object.entries({ x: e.clientX, y: e.clientY, width: side, height: side }))
    dot.setAttribute(name, value);
  paper.append(dot);
};</script>"""


@pytest.mark.browser
async def test_a_point_of_the_frame_is_a_point_of_the_next_frame(chromium, page_server):
    scale = 2
    browser = BrowserEnvironment(chromium=chromium, device_scale=scale, viewport=Size(width=300, height=200))
    try:
        seen = await browser.reset(task(page_server.add("/", PAGE)))
        size = Size(width=300 * scale, height=200 * scale)
        assert seen.frame.size == size
        for point in (Point(x=0, y=0), Point(x=17, y=33), Point(x=size.width - 1, y=size.height - 1)):
            frame = (await act(browser, LeftClick(at=point))).frame
            assert frame.pixels[point.y, point.x].tolist() == [0, 0, 0]
        assert (frame.pixels == 0).all(axis=2).sum() == 3
    finally:
        await browser.close()


@pytest.mark.parametrize("scale", [0, 0.4, 5, float("nan")])
def test_a_screen_that_there_is_not(scale):
    with pytest.raises(AddressError, match=r"from 0\.5 to 4"):
        BrowserEnvironment(device_scale=scale)


async def test_a_frame_that_is_too_large():
    browser = BrowserEnvironment(device_scale=4)
    with pytest.raises(AddressError, match="at 4 pixels a CSS pixel"):
        await browser.reset(task("http://127.0.0.1/").model_copy(update={"viewport": Size(width=3000, height=100)}))
