"""The page server answers, counts, and closes also while a page stalls."""

from __future__ import annotations

import threading

import httpx
import pytest

from tests.page_server import Page, PageServer


def test_serves_what_was_added(page_server: PageServer) -> None:
    url = page_server.add("/form", "<button>Speichern é</button>")
    answer = httpx.get(url + "?seed=1", trust_env=False)
    assert answer.status_code == 200
    assert answer.text == "<button>Speichern é</button>"
    assert page_server.requested == ["/form"]


def test_unknown_page_is_404(page_server: PageServer) -> None:
    assert httpx.get(page_server.url + "/nothing", trust_env=False).status_code == 404


def test_redirect_and_content_type(page_server: PageServer) -> None:
    page_server.add("/data", Page(b"{}", content_type="application/json"))
    url = page_server.add("/old", Page(b"", status=302, headers={"Location": "/data"}))
    answer = httpx.get(url, follow_redirects=True, trust_env=False)
    assert answer.headers["content-type"] == "application/json"


def test_a_stalling_page_times_out_and_the_server_still_closes() -> None:
    with PageServer() as server:
        url = server.add("/slow", Page(b"", stalls=True))
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(url, timeout=0.2, trust_env=False)
    assert not [thread for thread in threading.enumerate() if thread is server._thread]
