from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.errors import SettingsError
from agent.settings import OTHER_VARIABLES, Settings, load
from perception.geometry import Size


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_source_the_defaults_hold(elsewhere):
    assert load(environ={}) == Settings()


def test_flags_win_over_variables_and_these_over_the_file(elsewhere):
    (elsewhere / "handeye.toml").write_text("[run]\nmax_steps = 1\nmax_tokens = 1\nmax_seconds = 1.5\n")
    environ = {"HANDEYE_RUN__MAX_STEPS": "2", "HANDEYE_RUN__MAX_TOKENS": "2", "OTHER__THING": "x"}
    run = load(flags={"run.max_steps": 3}, environ=environ).run
    assert (run.max_steps, run.max_tokens, run.max_seconds) == (3, 2, 1.5)


def test_nested_values_come_from_every_source(elsewhere):
    file = elsewhere / "my.toml"
    file.write_text("[browser.viewport]\nwidth = 640\nheight = 480\n")
    assert load(file, environ={}).browser.viewport == Size(width=640, height=480)
    flags = {"browser.viewport": {"width": 100, "height": 50}}
    assert load(file, flags, environ={}).browser.viewport == Size(width=100, height=50)
    environ = {"HANDEYE_SETTINGS": str(file), "HANDEYE_BROWSER__VIEWPORT__WIDTH": "10"}
    assert load(environ=environ).browser.viewport == Size(width=10, height=480)


def test_lists_and_paths_of_the_browser_come_from_every_source(elsewhere):
    (elsewhere / "handeye.toml").write_text('[browser]\nallowed_hosts = ["*.example.org"]\nuploads = "here"\n')
    environ = {"HANDEYE_BROWSER__PERMISSIONS": "geolocation, clipboard-read", "HANDEYE_BROWSER__DOWNLOADS": ""}
    browser = load(environ=environ).browser
    assert browser.allowed_hosts == ("*.example.org",)
    assert browser.permissions == ("geolocation", "clipboard-read")
    assert (browser.uploads, browser.downloads) == (Path("here"), None)
    assert load(environ={"HANDEYE_BROWSER__ALLOWED_HOSTS": ""}).browser.allowed_hosts == ()
    assert load(environ={"HANDEYE_DESKTOP__ALLOWED_HOSTS": "a.org, 10.*"}).desktop.allowed_hosts == ("a.org", "10.*")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[browser]\npermissions = ['screen']\n", ("browser.permissions", "no permission screen", "geolocation")),
        ("[browser]\nallowed_hosts = ['http://a.org']\n", ("browser.allowed_hosts", "matches no host")),
        ("[desktop]\nallowed_hosts = ['http://a.org']\n", ("desktop.allowed_hosts", "matches no host")),
        ("[browser]\ndialogs = 'yes'\n", ("browser.dialogs", "'twice'")),
        ("[browser]\ndevice_scale = 9\n", ("browser.device_scale", "less than or equal to 4")),
        ("[run]\nmax_step = 1\n", ("my.toml", "run.max_step", "max_steps")),
        ("[runs]\nmax_steps = 1\n", ("my.toml", "runs", "browser")),
        ("colour = 1\n", ("my.toml", "colour")),
        ("[run]\nmax_steps = 0\n", ("my.toml", "run.max_steps", "greater than or equal to 1")),
        ("[run]\nmax_steps = 'many'\n", ("my.toml", "run.max_steps", "integer")),
        ("[run\n", ("my.toml", "can't be read")),
    ],
)
def test_a_wrong_file_is_one_sentence_that_names_file_and_key(elsewhere, content, words):
    (elsewhere / "my.toml").write_text(content)
    with pytest.raises(SettingsError) as caught:
        load(elsewhere / "my.toml", environ={})
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_wrong_variables_and_flags_are_named(elsewhere):
    with pytest.raises(SettingsError, match=r"the environment: there is no setting run\.maxsteps"):
        load(environ={"HANDEYE_RUN__MAXSTEPS": "1"})
    with pytest.raises(SettingsError, match=r"the command line: run\.max_steps"):
        load(flags={"run.max_steps": -1}, environ={})
    with pytest.raises(SettingsError, match="does not exist"):
        load(elsewhere / "absent.toml", environ={})


def test_settings_are_frozen_and_hide_the_key():
    settings = load(environ={"HANDEYE_MODEL__API_KEY": "very-secret"})
    assert "very-secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.run.max_steps = 5  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HANDEYE_RUN_MAX_STEPS", "HANDEYE_RUN__MAX_STEPS"),
        ("HANDEYE_MODEL", "HANDEYE_MODEL__KEY"),
        ("HANDEYE_CHROMUIM", "HANDEYE_CHROMIUM"),
        ("HANDEYE_SETTING", "HANDEYE_SETTINGS"),
    ],
)
def test_a_variable_that_can_only_be_a_slip_is_refused(elsewhere, name, meant):
    with pytest.raises(SettingsError, match=f"there is no variable {name}; write {meant}$"):
        load(environ={name: "1"})


def test_variables_that_are_no_settings_are_left_alone(elsewhere):
    names = [*OTHER_VARIABLES[1:], "HANDEYE_HOME", "HANDEYE_BUILD_NUMBER", "HANDEYEX_RUN"]
    assert load(environ=dict.fromkeys(names, "x")) == Settings()


def test_a_size_may_be_written_as_people_write_it(elsewhere):
    (elsewhere / "handeye.toml").write_text("[browser]\nviewport = '1280x720'\n")
    assert load(environ={}).browser.viewport == Size(width=1280, height=720)
    assert load(environ={"HANDEYE_BROWSER__VIEWPORT": "10x20"}).browser.viewport == Size(width=10, height=20)
    with pytest.raises(SettingsError, match=r"browser\.viewport: a page of 0x20 can't be seen"):
        load(environ={"HANDEYE_BROWSER__VIEWPORT": "0x20"})
    with pytest.raises(SettingsError, match=r"browser\.viewport: .*such as 1280x720"):
        load(flags={"browser.viewport": "wide"}, environ={})


def test_replies_are_drawn_greedily_or_as_a_preset_says(elsewhere):
    assert load(environ={}).model.sampling == ""
    assert load(environ={"HANDEYE_MODEL__SAMPLING": "auto"}).model.sampling == "auto"
    (elsewhere / "handeye.toml").write_text("[model]\nsampling = 'thinking'\n")
    assert load(environ={}).model.sampling == "thinking"
    wrong = r'handeye\.toml: model\.sampling: There is no preset "hot": known are instruct, thinking, .* and auto$'
    (elsewhere / "handeye.toml").write_text("[model]\nsampling = 'hot'\n")
    with pytest.raises(SettingsError, match=wrong) as caught:
        load(environ={})
    assert "\n" not in str(caught.value)
