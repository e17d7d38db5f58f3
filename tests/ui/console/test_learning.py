"""Training runs and promotions in words: what is there, what is missing, and foreign text as text."""

import os
import time
from pathlib import Path

from agent.evaluation.promotion import record_of
from agent.training.metrics import METRICS
from tests.ui.console.learned import EVIL, learned, sft_lines, write_metrics
from ui.console.learning import datasets_html, progress_html, record_html, run_html, run_label, weights_html
from ui.console.promoting import Progress, Wish


def test_a_run_says_how_far_it_is(tmp_path: Path) -> None:
    folder = write_metrics(tmp_path / "sft", sft_lines([10, 20]))
    page = run_html(folder)
    assert "<b>Learns</b>" in page
    assert "sft, step 20, 30 seconds since it was begun or gone on with, last figures just now" in page
    assert "<dt>tokens of replies right</dt><dd>57.0%</dd>" in page
    assert run_label(folder) == "sft: step 20, just now"
    os.utime(folder / METRICS, (1000, 1000))
    assert "<b>Ended, or stopped</b>" in run_html(folder)


def test_a_slow_run_is_given_its_time(tmp_path: Path) -> None:
    for name, apart, word in (("slow", 600, "Learns"), ("quick", 6, "Ended, or stopped")):
        folder = write_metrics(tmp_path / name, [{"step": step, "seconds": apart * step} for step in (1, 2)])
        os.utime(folder / METRICS, (time.time() - 1000, time.time() - 1000))
        assert f"<b>{word}</b>" in run_html(folder)


def test_text_of_a_run_is_text(tmp_path: Path) -> None:
    line = {"step": 1, "stage": EVIL, EVIL: 1.0, "left_out": {"a": 1}, "tasks": {EVIL: 0.5}}
    page = run_html(write_metrics(tmp_path / "rl", [line]))
    assert "<img" not in page
    assert page.count("&lt;img") == 3
    assert "<dd>50.0%</dd>" in page


def test_what_can_not_be_read_is_a_sentence(tmp_path: Path) -> None:
    assert "can&#x27;t be read" in run_html(tmp_path / "nowhere")
    assert "No figures yet" in run_html(write_metrics(tmp_path / "new", []))
    broken = write_metrics(tmp_path / "broken", [])
    (broken / METRICS).write_text("x\n")
    assert "can&#x27;t be read" in run_html(broken)
    assert run_label(tmp_path / "nowhere") == "nowhere"
    assert "No weights yet" in weights_html(broken)


def test_weights_and_the_record(tmp_path: Path) -> None:
    places = learned(tmp_path)
    weights = weights_html(places.training / "sft")
    for said in ("model", "2.5 MB", "checkpoint.pt", "4.0 KB"):
        assert said in weights
    record = record_html(places.current)
    assert "<b>In use</b>" in record
    assert record.index("sft 1") < record.index("sft 0"), "the newest first"
    assert "+20.0% (+6.4% to +32.6%)" in record
    assert "no: not shown to be better" in record
    record_of(places.current).write_text("{}\n")
    assert 'role="status"' in record_html(places.current)
    assert "No model was promoted yet" in record_html(tmp_path / "nowhere" / "current")
    assert not (tmp_path / "nowhere").exists()


def test_data_sets_and_how_to_write_one(tmp_path: Path) -> None:
    places = learned(tmp_path)
    page = datasets_html(places.datasets)
    assert '<th scope="row">orders</th><td>trl</td><td>1</td><td>5 to train on' in page
    assert "handeye export RUNS" in datasets_html(tmp_path / "nowhere")


def test_a_promotion_says_what_came_of_it() -> None:
    wish = Wish("sft/model", Path("sft/model"))
    assert progress_html(Progress()) == ""
    running = progress_html(Progress("running", wish, 0.0, (EVIL,)))
    assert "Comparing" in running
    assert "&lt;img" in running
    ended = Progress("ended", wish, 0.0, ("into here", "handeye: it broke"), 4)
    assert "<b>Not compared</b><span>it broke" in progress_html(ended)
    for promoted, said in ((True, "Promoted"), (False, "Not promoted")):
        decision = {"promoted": promoted, "reason": EVIL}
        page = progress_html(Progress("ended", wish, 0.0, (), 0 if promoted else 1, decision))
        assert f"<b>{said}</b><span>&lt;img" in page
    for code in (130, -2):
        assert "<b>Stopped</b>" in progress_html(Progress("ended", wish, 0.0, (), code))
