import pytest

from perception.geometry import Size
from sandboxes.errors import AddressError
from sandboxes.opening import checked_size, checked_url, goto_reason, launch_reason, plain_url, refusal_of


@pytest.mark.parametrize("url", ["http://a", "https://a.b/c?d#e", "file:///tmp/x.html"])
def test_addresses_that_a_browser_opens(url):
    assert checked_url(url) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "begins with http://"),
        ("example.com/login", "write http://example.com/login"),
        ("127.0.0.1:8000/x", "write http://127.0.0.1:8000/x"),
        ("javascript:alert(1)", "begins with http://"),
        ("chrome://version", "begins with http://"),
        ("http://", "names no host"),
        ("http://[::1", "is no address"),
    ],
)
def test_other_addresses_are_refused_with_what_to_write(url, words):
    with pytest.raises(AddressError) as caught:
        checked_url(url)
    assert words in str(caught.value)


def test_a_file_is_named_as_an_address(tmp_path):
    page = tmp_path / "page.html"
    page.touch()
    with pytest.raises(AddressError, match=page.as_uri()):
        checked_url(str(page))


def test_a_viewport_has_sides_that_can_be_shown():
    assert checked_size(Size(width=1, height=8192)) == Size(width=1, height=8192)
    with pytest.raises(AddressError, match="1 to 8192"):
        checked_size(Size(width=8193, height=1))


def test_what_a_server_refuses_is_no_page_to_begin_on():
    assert [refusal_of(status) for status in (200, 204, 304, 401, 403)] == [""] * 5
    assert refusal_of(404) == "its server answered 404 (Not Found); correct the address"
    assert "look at the server" in refusal_of(503)
    assert "599" in refusal_of(599)


def test_reasons_are_plain_words():
    assert "host is unknown" in goto_reason("Page.goto: net::ERR_NAME_NOT_RESOLVED at http://x")
    assert "sent no page" in goto_reason("Page.goto: net::ERR_ABORTED at http://x/204")
    assert goto_reason("Something new.\nMore of it") == "Something new"
    assert "needs a display" in launch_reason("Missing X server or $DISPLAY")


def test_a_password_in_an_address_is_not_told():
    assert plain_url("http://name:secret@example.org/a@b?c@d") == "http://example.org/a@b?c@d"
    assert plain_url("file:///a@b.html") == "file:///a@b.html"
