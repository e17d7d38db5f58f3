"""What is said to a device: words of a text, names of keys and apps. Needs no device."""

import shlex
import subprocess

import pytest

from actions.android_apps import find_package
from actions.android_keys import CODES, KEYCODES, keycode
from actions.android_text import MOST_TYPED, typed_words
from actions.errors import ActionUnsupported
from tests.phones import AWKWARD


@pytest.mark.parametrize("text", [text for text in AWKWARD if text.isascii() and "\n" not in text])
def test_words_of_a_text_survive_a_real_shell_and_input(text):
    typed = ""
    for word in typed_words(text):
        # A real shell takes the quotes off; what `input` makes of the rest is written as in Android's source.
        argument = subprocess.run(["sh", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout.decode()
        typed += argument.replace("%s", " ")
    assert typed == text


def test_long_texts_are_cut():
    words = typed_words("x" * 1000)
    assert len(words) == 5
    assert all(len(shlex.split(word)[0]) <= MOST_TYPED for word in words)


def test_every_key_has_a_number():
    assert set(KEYCODES.values()) <= set(CODES)
    assert len(set(CODES.values())) == len(CODES)
    assert (keycode("home"), keycode("home", alone=False)) == ("KEYCODE_HOME", "KEYCODE_MOVE_HOME")
    assert keycode("A", alone=False) == "KEYCODE_A"
    with pytest.raises(ActionUnsupported, match='"é"'):
        keycode("é", alone=False)


@pytest.mark.parametrize(
    ("app", "package"),
    [
        ("Settings", "com.android.settings"),
        ("the settings", ""),
        ("com.android.settings", "com.android.settings"),
        ("Contacts app", "com.google.android.contacts"),
        ("Simple Calendar Pro", "com.simplemobiletools.calendar.pro"),
        ("markor", "net.gsantner.markor"),
        ("Tea Timer", "org.example.teatimer"),
        ("com.nobody.here", ""),
        ("draw", "com.simplemobiletools.draw.pro"),
        ("", ""),
        ("!!", ""),
    ],
)
def test_apps_are_found_by_their_names(app, package):
    installed = """com.android.settings com.google.android.contacts com.android.contacts org.example.teatimer
        com.simplemobiletools.calendar.pro com.simplemobiletools.draw.pro net.gsantner.markor com.android.systemui"""
    assert find_package(app, set(installed.split())) == package
