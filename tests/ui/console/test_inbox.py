"""The inbox: open questions of all runs, and answers that are bound to what was shown."""

import threading
import time
from pathlib import Path

import pytest

from actions.action import Key, LeftClick
from agent.errors import QuestionClosed
from agent.guard.question import Answer, Question, Questions
from agent.recorder import load
from perception.geometry import Point
from tests.ui.sample_run import record_run
from ui.console import inbox
from ui.console.inbox import Bound, Inbox
from ui.console.question import question_html, screen_html

EVIL = "<img src=x onerror=alert(1)>"


def ask(runs: Path, run: str, name: str = "q", *, seconds: float = 60.0, **fields: object) -> Question:
    """Ask on the last screen of a run that is recorded first where it is not there."""
    folder = runs / run
    if not folder.exists():
        record_run(folder, outcome=None)
    before = load(folder).steps[-1].before
    given: dict[str, object] = {"action": LeftClick(at=Point(x=72, y=192)), "reason": "sending: it may", **fields}
    question = Question.model_validate(
        {"id": name, "run_id": run, "step": 5, "before": before, "asked_at": time.time()}
        | {"expires_at": time.time() + seconds}
        | given
    )
    return Questions(folder).ask(question)


def shown(box: Inbox, key: str) -> Bound:
    """The question as a page shows it that has been looked at for a while."""
    _, bound = box.show(key)
    return bound._replace(shown_at=bound.shown_at - 5)


def test_questions_of_all_runs_are_found_and_broken_ones_left_out(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    ask(runs_folder, "two")
    ask(runs_folder, "three", seconds=-1)
    ask(runs_folder, "four")
    (runs_folder / "four/questions/q.json").write_text("{")
    (runs_folder / "five").symlink_to(runs_folder / "one")
    assert [one.key for one in Inbox(runs_folder).open()] == ["one/q", "two/q"]


def test_questions_of_a_batch_are_found_and_answered_by_its_run(runs_folder: Path) -> None:
    (runs_folder / "batch-a").mkdir()
    ask(runs_folder, "batch-a/one-1")
    box = Inbox(runs_folder)
    assert box.open() == [], "a folder without a ledger is no batch"
    (runs_folder / "batch-a" / "booking.jsonl").touch()
    box = Inbox(runs_folder)
    assert [one.key for one in box.open()] == ["batch-a/one-1/q"]
    box.answer(shown(box, "batch-a/one-1/q"), "refuse", by="browser 1")
    assert Questions(runs_folder / "batch-a" / "one-1").answer_to("q") is not None
    (runs_folder / "batch-b").symlink_to(runs_folder / "batch-a")
    for run in (
        "batch-b/one-1",
        "batch-a/../batch-a",
        "batch-a/one-1/questions",
        "batch-a/",
        "/batch-a",
        "batch-a//one-1",
    ):
        with pytest.raises(QuestionClosed):
            box.folder(run)


def test_an_answer_is_a_file_that_counts_once(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    box = Inbox(runs_folder)
    bound = shown(box, "one/q")
    box.answer(bound, "approve", by="browser 1 at the console")
    answer = Questions(runs_folder / "one").answer_to("q")
    assert answer is not None
    assert (answer.kind, answer.by) == ("approve", "browser 1 at the console")
    with pytest.raises(QuestionClosed, match="answered already"):
        box.answer(bound, "refuse", by="browser 2")
    with pytest.raises(QuestionClosed, match="answered by browser 1 at the console: approved"):
        box.show("one/q")
    assert box.open() == []


def test_of_many_at_once_one_counts(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    bound, start, told = shown(Inbox(runs_folder), "one/q"), threading.Barrier(8), list[str]()

    def press(number: int) -> None:
        box = Inbox(runs_folder)
        start.wait()
        try:
            box.answer(bound, "approve" if number % 2 else "refuse", by=str(number))
        except QuestionClosed:
            return
        told.append(str(number))

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer = Questions(runs_folder / "one").answer_to("q")
    assert answer is not None
    assert told == [answer.by]


def test_what_had_only_just_appeared_is_not_answered(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    box = Inbox(runs_folder)
    _, bound = box.show("one/q")
    with pytest.raises(QuestionClosed, match="only just appeared"):
        box.answer(bound, "approve", by="x")
    assert Questions(runs_folder / "one").answer_to("q") is None


@pytest.mark.parametrize("changed", [{"step": 4}, {"screen": "0" * 64}, {"id": "other"}, {"run": "two"}])
def test_another_question_than_was_shown_is_not_answered(runs_folder: Path, changed: dict[str, object]) -> None:
    ask(runs_folder, "one")
    box = Inbox(runs_folder)
    with pytest.raises(QuestionClosed):
        box.answer(shown(box, "one/q")._replace(**changed), "approve", by="x")  # type: ignore[arg-type]
    assert Questions(runs_folder / "one").answer_to("q") is None


@pytest.mark.parametrize(
    "key", ["", "one", "one/", "/q", "../one/q", "one/../one/q", "one/../../x", "./q", "..//q", "\0/q"]
)
def test_names_from_outside_lead_nowhere(runs_folder: Path, key: str) -> None:
    ask(runs_folder, "one")
    with pytest.raises(QuestionClosed):
        Inbox(runs_folder / "one").show(key)
    with pytest.raises(QuestionClosed):
        Inbox(runs_folder).show(key)


def test_a_moved_target_is_another_action(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    ask(runs_folder, "two", action=Key(keys=("Enter",)))
    box = Inbox(runs_folder)
    given = box.answer(shown(box, "one/q"), "approve", at=Point(x=5, y=6), by="x")
    assert (given.kind, given.action) == ("edit", LeftClick(at=Point(x=5, y=6)))
    with pytest.raises(QuestionClosed, match="one place"):
        box.answer(shown(box, "two/q"), "approve", at=Point(x=5, y=6), by="x")


def test_a_refusal_carries_its_word(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    box = Inbox(runs_folder)
    given = box.answer(shown(box, "one/q"), "refuse", reason=" not\nthis   one ", by="x")
    assert (given.kind, given.reason) == ("refuse", "not this one")


def test_an_answer_from_elsewhere_and_the_end_of_the_time_are_told(runs_folder: Path) -> None:
    one, two = ask(runs_folder, "one"), ask(runs_folder, "two", seconds=0.3)
    box = Inbox(runs_folder)
    Questions(runs_folder / "one").answer(Answer(question="q", kind="refuse", reason="no", by="handeye answer"))
    assert box.closed("one", one) == "This was answered by handeye answer: refused: no."
    time.sleep(0.4)
    assert "expired" in box.closed("two", two)


def test_a_look_is_shared_for_a_moment_and_an_answer_ends_it(runs_folder: Path) -> None:
    ask(runs_folder, "one")
    box = Inbox(runs_folder)
    assert len(box.open()) == 1
    ask(runs_folder, "two")
    time.sleep(inbox.FRESH_SECONDS + 0.05)
    assert len(box.open()) == 2
    box.answer(shown(box, "one/q"), "approve", by="x")
    assert [one.key for one in box.open()] == ["two/q"]


def test_what_is_shown_is_escaped_and_says_what_happens_next(runs_folder: Path) -> None:
    question = ask(runs_folder, "one", reason=EVIL, thought=EVIL, texts=(EVIL,), url=EVIL)
    page = question_html(runs_folder / "one", question, None) + screen_html(runs_folder / "one", question, None, "k")
    assert EVIL not in page
    assert "&lt;img src=x" in page
    assert page.count("data:image/webp") == 2, "the place, and the screen"
    assert "looked at once more" in page
    assert 'class="he-point"' in page
    assert "(5, 6)" in question_html(runs_folder / "one", question, Point(x=5, y=6))


def test_a_picture_that_is_gone_is_said(runs_folder: Path) -> None:
    question = ask(runs_folder, "one")
    for path in (runs_folder / "one/images").rglob("*"):
        if path.is_file():
            path.unlink()
    assert "he-note" in screen_html(runs_folder / "one", question, None, "k")
    assert "he-crop" not in question_html(runs_folder / "one", question, None)
