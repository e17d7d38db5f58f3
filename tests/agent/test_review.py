"""What people say of recorded steps: kept beside the record, checked, and honoured by whoever learns from it."""

import json
import threading
from pathlib import Path

import pytest

from actions.action import DoubleClick, LeftClick, Type
from agent.errors import RecordError
from agent.exchange import formats
from agent.exchange.dataset import export
from agent.exchange.episode import Reading
from agent.exchange.runs import import_runs
from agent.exchange.selection import Filters, select
from agent.inspection import inspect
from agent.recorder import load
from agent.review import FILE_NAME, MARKED_BAD, Said, add, as_reviewed, corrected, reviews
from agent.trajectory import Outcome
from perception.geometry import Point
from tests.agent.exchange.recorded import CLICK, NO_SECRETS, record

THERE = Point(x=3, y=30)


def said_of(folder: Path) -> dict[int, str]:
    return {index: review.said for index, review in reviews(folder, load(folder).steps).items()}


def mark(folder: Path, index: int, said: Said, at: Point | None = None) -> None:
    add(folder, load(folder).steps[index], said, at=at, by="Ada")


def test_the_last_word_counts_and_the_record_stays_as_it_is(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{}, {}, {}])
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    mark(run, 0, "good")
    mark(run, 1, "bad")
    mark(run, 2, "bad")
    mark(run, 1, "corrected", THERE)
    mark(run, 2, "withdrawn")
    assert said_of(run) == {0: "good", 1: "corrected"}
    found = reviews(run, load(run).steps)[1]
    assert (found.at, found.by, found.time[:2]) == (THERE, "Ada", "20")
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.name in before} == before
    assert inspect(run).faults == ()


def test_a_run_that_nobody_reviewed_has_none(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    assert said_of(run) == {}
    assert not (run / FILE_NAME).exists()


@pytest.mark.parametrize(
    ("said", "at"), [("corrected", None), ("good", THERE), ("corrected", Point(x=64, y=0)), ("bad", Point(x=0, y=0))]
)
def test_what_makes_no_sense_is_not_written(tmp_path: Path, said: Said, at: Point | None) -> None:
    run = record(tmp_path / "run")
    with pytest.raises(ValueError):
        mark(run, 0, said, at)
    assert not (run / FILE_NAME).exists()


def test_two_people_at_once_lose_nothing(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{}] * 8)
    steps = load(run).steps
    people = [threading.Thread(target=add, args=(run, step, "good")) for step in steps]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert said_of(run) == dict.fromkeys(range(8), "good")


def test_a_file_that_was_changed_is_refused_and_named(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{}, {}])
    mark(run, 1, "bad")
    path = run / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b'"bad"', b'"good"'))
    with pytest.raises(RecordError, match=r"reviews.jsonl, line 1 does not match its checksum"):
        said_of(run)
    assert any("reviews.jsonl" in fault for fault in inspect(run).faults)


def test_a_review_of_another_run_is_refused(tmp_path: Path) -> None:
    one, other, short = record(tmp_path / "one", [{}, {}]), record(tmp_path / "b", [{}, {}], pictures=[5, 6]), "short"
    mark(one, 1, "bad")
    for folder in (other, record(tmp_path / short)):
        (folder / FILE_NAME).write_bytes((one / FILE_NAME).read_bytes())
        with pytest.raises(RecordError, match="tells of"):
            said_of(folder)


def test_a_torn_line_was_not_said(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    mark(run, 0, "bad")
    whole = (run / FILE_NAME).read_bytes()
    (run / FILE_NAME).write_bytes(whole + whole[: len(whole) // 2])
    assert said_of(run) == {0: "bad"}
    mark(run, 0, "good")
    assert said_of(run) == {0: "good"}


def test_a_click_keeps_its_kind_and_anything_else_becomes_a_click() -> None:
    assert corrected(DoubleClick(at=Point(x=0, y=0)), THERE) == DoubleClick(at=THERE)
    assert corrected(Type(text="x"), THERE) == LeftClick(at=THERE)
    assert corrected(None, THERE) == LeftClick(at=THERE)


def test_what_broke_is_learned_once_it_is_put_right(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{"error": "A person was asked and refused (it pays)."}])
    mark(run, 0, "corrected", THERE)
    steps = load(run).steps
    step = as_reviewed(steps[0], reviews(run, steps))
    assert step is not None
    assert (step.actor, step.action, step.error, step.after) == ("human", LeftClick(at=THERE), "", None)
    assert steps[0].action == CLICK


def test_an_export_leaves_out_the_bad_and_writes_the_click_that_was_put_right(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{}, {}, {}, {}])
    mark(run, 0, "good")
    mark(run, 1, "bad")
    mark(run, 2, "corrected", THERE)
    selection = select([run], Filters(), NO_SECRETS)
    examples = {example.name: example for example in selection}
    assert list(examples) == ["run/0", "run/2", "run/3"]
    assert selection.left_out == {MARKED_BAD: 1}
    reply = json.loads(examples["run/2"].reply)
    assert (reply["thought"], reply["coordinate"]) == ("", [55, 953])
    assert examples["run/2"].sampled == ((), ())
    assert [one.name for one in select([run], Filters(approved=True), NO_SECRETS)] == ["run/0", "run/2"]
    assert [one.name for one in select([run], Filters(actor="human"), NO_SECRETS)] == ["run/2"]


def test_a_data_set_brings_the_right_click_back(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{}, {}], outcome=Outcome(kind="finished", success=True))
    mark(run, 0, "corrected", THERE)
    mark(run, 1, "bad")
    layout = formats.named("sharegpt")
    report = export([run], layout, tmp_path / "set", Filters(), NO_SECRETS)
    assert (report.num_train, report.left_out) == (1, {MARKED_BAD: 1})
    import_runs(tmp_path / "set", layout, tmp_path / "back", Reading())
    (step,) = load(tmp_path / "back" / "run").steps
    assert (step.actor, step.action, step.info["review"]["by"]) == ("human", LeftClick(at=THERE), "Ada")
