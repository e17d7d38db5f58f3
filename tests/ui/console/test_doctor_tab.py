"""The console's doctor: looked up in a thread, shown row by row, what is missing first."""

import time
from pathlib import Path

from agent.settings import load
from tests.ui.console.learned import EVIL, places_in
from ui.console.checkup import Checked, Checkup
from ui.console.doctor_tab import findings_html
from ui.console.places import Places
from ui.doctor.examination import chosen_by, examine
from ui.doctor.finding import Finding


def looked(checkup: Checkup) -> Checked:
    """Wait for the end of a look."""
    checkup.start()
    for _ in range(1200):
        if not checkup.checked.is_busy:
            return checkup.checked
        time.sleep(0.05)
    raise AssertionError(checkup.checked)


def test_the_rows_are_those_of_the_command(tmp_path: Path) -> None:
    places = places_in(tmp_path)
    checked = looked(Checkup(places, "nano"))
    assert checked.error == ""
    assert time.time() - checked.ended < 60
    told = {finding.part for finding in examine(chosen_by(load()))}
    assert told - {finding.part for finding in checked.findings} <= {
        part for part in told if part.startswith(("process", "listening", "running"))
    }
    assert str(places.runs) in next(one.found for one in checked.findings if one.part == "runs folder")


def test_settings_that_can_not_be_read_are_said(tmp_path: Path) -> None:
    checked = looked(Checkup(Places(config=tmp_path / "nowhere.toml"), "nano"))
    assert "nowhere.toml" in checked.error
    assert checked.findings == ()
    assert "It was not looked to the end" in findings_html(checked)


def test_what_is_missing_comes_first_and_is_text() -> None:
    there, absent = Finding("python", "ok", "3.11"), Finding("gpu", "absent", "none")
    missing = Finding("chromium", "missing", EVIL, "sudo apt install chromium")
    page = findings_html(Checked((there, absent, missing), ended=time.time()))
    assert "Missing: chromium" in page
    assert page.index("<code>sudo apt install chromium</code>") < page.index("3.11")
    assert "<img" not in page
    assert "absent, not needed" in page
    assert "All that is needed is here" in findings_html(Checked((there, absent), ended=time.time()))
    assert "<b>Looking</b>" in findings_html(Checked((there,), is_busy=True))
    assert "Press the button" in findings_html(Checked())
