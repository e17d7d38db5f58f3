"""What a secret is, where it may go, and that it shows nowhere."""

import copy
import json
import pickle
from collections.abc import Callable

import pytest

from actions.errors import SecretRefused
from sandboxes.errors import SandboxError
from sandboxes.vault import Secret, vault

VALUE = "correct horse"


@pytest.mark.parametrize(
    ("place", "url", "may"),
    [
        ("shop.example", "https://shop.example/login?x=1", True),
        ("shop.example", "https://SHOP.example:8443/", True),
        ("shop.example", "http://shop.example/", False),
        ("shop.example", "https://shop.example@evil.example/", False),
        ("shop.example", "https://shop.example.evil.example/", False),
        ("shop.example", "https://evil.example/shop.example", False),
        ("*.shop.example", "https://a.b.shop.example/", True),
        ("*.shop.example", "https://shop.example/", False),
        ("*.shop.example", "https://evilshop.example/", False),
        ("127.0.0.1", "http://127.0.0.1:8000/", True),
        ("127.0.0.1", "http://127.0.0.1.nip.example/", False),
        ("http://intranet", "http://intranet:80/x", True),
        ("http://intranet", "https://intranet/", False),
        ("http://intranet:81", "http://intranet:80/", False),
        ("desktop://mousepad", "desktop://mousepad", True),
        ("desktop://mousepad", "desktop://", False),
        ("mousepad", "desktop://mousepad", False),
        ("android://org.shop", "android://org.shop", True),
        ("file:///home/ada/*", "file:///home/ada/a.html", True),
        ("file:///home/ada/*", "file:///tmp/a.html", False),
        ("shop.example", "file:///shop.example", False),
        ("shop.example", "null", False),
        ("shop.example", "", False),
        ("shop.example", "https://[", False),
    ],
)
def test_where_a_secret_may_go(place, url, may):
    assert Secret("A", VALUE, [place]).may_go_to(url) is may


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("1st", VALUE, "shop.example"),
        ("A", "abc", "shop.example"),
        ("A", "a b c", "shop.example"),
        ("A", "two\nlines", "shop.example"),
        ("A", VALUE, "*"),
        ("A", VALUE, "https://*"),
        ("A", VALUE, "shop.example/login"),
        ("A", VALUE, ""),
    ],
)
def test_what_can_not_be_a_secret_is_refused_without_telling_it(name, value, place):
    with pytest.raises(SandboxError) as refused:
        Secret(name, value, [place])
    assert value not in str(refused.value)


def test_names_are_the_same_in_either_case():
    with pytest.raises(SandboxError, match="two secrets"):
        vault({"Shop": (VALUE, ["a.example"]), "SHOP": (VALUE, ["a.example"])})
    assert vault({"Shop": (VALUE, ["a.example"])}).filled("x secret:sHOP.", "https://a.example/") == f"x {VALUE}."


def test_without_a_place_it_goes_nowhere():
    with pytest.raises(SecretRefused, match="no place"):
        vault({"A": (VALUE, [])}).filled("secret:A", "https://a.example/")


@pytest.mark.parametrize("write", [repr, str, "{!r}".format, pickle.dumps, copy.deepcopy, json.dumps, vars, list])
def test_nothing_shows_or_writes_a_value(write: Callable[[object], object]):
    kept = vault({"A": (VALUE, ["a.example"])})
    for held in (kept, Secret("A", VALUE, ["a.example"]), kept.scrubber, [*kept.scrubber._plain]):
        try:
            written = write(held)
        except TypeError:
            continue
        assert "correct" not in str(written)
        assert "Y29ycmVjd" not in str(written)


def test_what_a_model_is_told_names_placeholders_and_places():
    kept = vault({"A": (VALUE, ["a.example", "*.b.example"])})
    assert "secret:A (a.example, *.b.example)" in kept.told
    assert VALUE not in kept.told
    assert vault({}).told == ""
