import pytest

from actions.errors import ActionInvalid
from actions.keys import canonical, chord, playwright_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ctrl", "ctrl"),
        ("Control_L", "ctrl"),
        ("cmd", "meta"),
        ("super", "meta"),
        ("Return", "enter"),
        ("enter", "enter"),
        ("KP_Enter", "enter"),
        ("ESC", "esc"),
        ("page_down", "pagedown"),
        ("Page Down", "pagedown"),
        ("arrowleft", "left"),
        ("F5", "f5"),
        (" ", "space"),
        ("\n", "enter"),
        ("a", "a"),
        ("A", "A"),
        ("?", "?"),
        ("é", "é"),
        ("plus", "+"),
        ("-", "-"),
        ("_", "_"),
    ],
)
def test_names_become_canonical(name, expected):
    assert canonical(name) == expected


@pytest.mark.parametrize("name", ["", "hyper9", "f13", "ctrl c", "\x00", "--", "クリック"])
def test_an_unknown_key_is_named(name):
    with pytest.raises(ActionInvalid, match="no key"):
        canonical(name)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["ctrl", "c"], ("ctrl", "c")),
        (["Ctrl+C"], ("ctrl", "c")),
        (["ctrl++"], ("ctrl", "+")),
        (["+"], ("+",)),
        (["ctrl+shift+T"], ("ctrl", "shift", "t")),
        (["shift", "A"], ("shift", "A")),
    ],
)
def test_chords(names, expected):
    assert chord(names) == expected


def test_a_chord_needs_some_keys_but_not_many():
    with pytest.raises(ActionInvalid, match="No key"):
        chord([])
    with pytest.raises(ActionInvalid, match="too many"):
        chord("abcdefghi")


def test_playwright_names():
    assert [playwright_name(key) for key in ("ctrl", "pagedown", "left", "f12", "a")] == [
        "Control",
        "PageDown",
        "ArrowLeft",
        "F12",
        "a",
    ]
