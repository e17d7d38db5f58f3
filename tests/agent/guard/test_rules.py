from pathlib import Path

import pytest

from agent.errors import SettingsError
from agent.guard.rules import Rules
from agent.runner import within
from agent.settings import RunSettings

WHOLE = """
[allow]
hosts = ["*.example.org"]
[deny]
actions = ["open"]
paths = ["/admin/*"]
[ask]
buying = "deny"
[limits]
steps = 5
[questions]
seconds = 60
screen = "target"
"""


def test_a_file_of_rules(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text(WHOLE)
    rules = Rules.load(tmp_path / "guard.toml")
    assert rules.mode("buying") == "deny"
    assert rules.mode("deleting") == "ask", "what is not said stays as it is"
    assert rules.allow.has_host("http://a.example.org/")
    assert not rules.allow.has_host("http://example.net/")
    assert Rules.model_validate(rules.model_dump(mode="json")) == rules


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[ask]\nbying = 'ask'", r"ask\.bying: there is no such key; known are sending, buying"),
        ("[aks]\n", "aks: there is no such key; known are allow, deny"),
        ("[ask]\nbuying = 'maybe'", r"ask\.buying: Input should be 'allow', 'unless_named'"),
        ("[allow]\nhosts = ['http://a']", "matches no host"),
        ("[deny]\nactions = ['jump']", "there is no action jump; known are answer, double_click"),
        ("[limits]\nsteps = 0", r"limits\.steps"),
        ("[allow", "is not TOML"),
    ],
)
def test_rules_that_can_not_be_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "guard.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=words) as raised:
        Rules.load(path)
    assert str(path) in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        Rules.load(tmp_path / "no.toml")


def test_limits_hold_whatever_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text(WHOLE)
    limits = Rules.load(tmp_path / "guard.toml").limits
    assert within(RunSettings(max_steps=50), limits).max_steps == 5
    assert within(RunSettings(max_steps=3), limits).max_steps == 3
    assert within(RunSettings(max_seconds=9), limits).max_seconds == 9
