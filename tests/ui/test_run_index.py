"""Ten thousand runs are searched without being read; the index follows the folder and is never in the way."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from agent.errors import RecordError
from agent.recorder import STEPS_FILE, Recorder
from agent.trajectory import Outcome
from tests.ui.many_runs import search_seconds, write_run, write_runs
from tests.ui.sample_run import record_run
from ui.run_index import PAGE_SIZE, RunIndex
from ui.run_search import Search


@pytest.fixture
def index(runs_folder: Path, tmp_path: Path) -> RunIndex:
    return RunIndex(runs_folder, tmp_path / "index.sqlite")


def found(index: RunIndex, **search: str) -> list[str]:
    assert index.refresh(60) == 0
    return [entry.task for entry in index.find(Search(**search)).entries]


def test_runs_are_found_by_what_they_are(index: RunIndex, runs_folder: Path) -> None:
    write_runs(runs_folder, 30)
    assert len(found(index)) == 30
    assert found(index)[0] == "Order 29 loaves from the Museum"
    assert found(index, task="order museum") == [
        f"Order {number} loaves from the Museum" for number in range(29, 0, -5)
    ]
    assert [task.split()[1] for task in found(index, outcome="unfinished")] == ["24", "23", "22", "21", "20"]
    assert len(found(index, model="nano", outcome="done")) == 5
    assert [task.split()[1] for task in found(index, since="2026-01-02", until="2026-01-02")] == [
        str(number) for number in range(29, 23, -1)
    ]
    outcomes, models = index.choices()
    assert (outcomes, models) == (["done", "ended", "failed", "unfinished"], ["Qwen3-VL-8B", "nano"])


def test_words_of_steps_are_found_by_how_they_begin(index: RunIndex, runs_folder: Path) -> None:
    write_runs(runs_folder, 9)
    assert found(index, text="QUANT 12") == ["Order 8 loaves from the Harbour office"], "a thought"
    assert len(found(index, text='type "loaf')) == 9, "an action; a quote of its own means nothing"
    assert found(index, text="receipt r7") == ["Order 7 loaves from the Library"], "what was told of the screen"
    assert found(index, text="orders/3") == ["Order 3 loaves from the Harbour office"], "an address"
    assert found(index, text="uantity") == []
    assert found(index, task="quantity") == [], "a word of the steps is none of the task"
    assert len(found(index, text="%_* () -")) == 9, "what has no letter asks for nothing"


@pytest.mark.parametrize("evil", ['" OR 1=1 --', "said : x) OR (about : y", "NEAR(", 'x*"*', "'; DROP TABLE runs; --"])
def test_what_a_person_writes_is_nothing_but_words(index: RunIndex, runs_folder: Path, evil: str) -> None:
    write_runs(runs_folder, 3)
    assert found(index, task=evil) == found(index, text=evil) == found(index, model=evil) == []
    assert len(found(index)) == 3


def test_a_date_that_is_none_is_said(index: RunIndex) -> None:
    with pytest.raises(ValueError, match="'yesterday' is no day: write it as 2026-05-31"):
        index.find(Search(since="yesterday"))


def test_pages_hold_fifty_and_end(index: RunIndex, runs_folder: Path) -> None:
    write_runs(runs_folder, 120, num_steps=1)
    index.refresh(60)
    pages = [index.find(Search(), number) for number in range(4)]
    assert [len(page.entries) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 20, 0]
    assert {page.total for page in pages} == {120}
    assert len({entry.name for page in pages for entry in page.entries}) == 120
    assert (
        index.names(Search(outcome="done"), 7)
        == [entry.name for entry in index.find(Search(outcome="done")).entries][:7]
    )


def test_the_index_follows_the_folder(index: RunIndex, runs_folder: Path) -> None:
    first, second = write_run(runs_folder, 0), write_run(runs_folder, 24)
    assert len(found(index)) == 2
    goes_on = Recorder.open(second)
    goes_on.append(goes_on.steps[-1].model_copy(update={"index": 5, "thought": "Look at the zebra"}))
    assert found(index, text="zebra") == ["Order 24 loaves from the Museum"], "a run that goes on"
    goes_on.conclude(Outcome(kind="finished", success=True))
    goes_on.close()
    assert len(found(index, outcome="done")) == 2
    again = Recorder.open(second)
    again.conclude(None)
    assert len(found(index, outcome="unfinished")) == 1
    again.append(again.steps[-1].model_copy(update={"index": 6, "thought": "Look at the yak"}))
    again.close()
    assert len(found(index, text="yak")) == 1, "a run that goes on after its end"
    shutil.rmtree(first)
    assert len(found(index)) == 1
    with pytest.raises(RecordError, match="no such run any more"):
        index.folder(first.name)


def test_a_run_that_can_t_be_read_hides_no_other(index: RunIndex, runs_folder: Path) -> None:
    bad, torn = write_run(runs_folder, 0), write_run(runs_folder, 1)
    (bad / "run.json").write_text("{")
    (torn / STEPS_FILE).write_bytes((torn / STEPS_FILE).read_bytes() + b"no JSON\n{")
    (runs_folder / "no-run").mkdir()
    (runs_folder / "a-file").write_text("")
    assert found(index) == ["Order 1 loaves from the Florist"]
    assert index.refresh() == 0
    with pytest.raises(RecordError):
        index.folder(bad.name)


def test_only_names_of_the_folder_lead_to_a_run(index: RunIndex, runs_folder: Path, tmp_path: Path) -> None:
    inside, outside = write_run(runs_folder, 0), write_run(tmp_path / "elsewhere", 1)
    os.symlink(outside, runs_folder / "link")
    index.refresh(60)
    assert index.folder(inside.name) == inside
    for name in ("", ".", "..", "link", f"../elsewhere/{outside.name}", str(outside), f"{inside.name}/", "a\0b"):
        with pytest.raises(RecordError, match="no such run"):
            index.folder(name)


def test_taking_in_goes_on_where_it_was_left(index: RunIndex, runs_folder: Path) -> None:
    write_runs(runs_folder, 5)
    assert [index.refresh(0) for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    assert index.find(Search()).entries[0].name.startswith("20260101-04"), "the newest first"


def test_a_damaged_or_older_index_is_made_anew(index: RunIndex, runs_folder: Path, tmp_path: Path) -> None:
    write_runs(runs_folder, 2)
    (tmp_path / "index.sqlite").write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    assert len(found(index)) == 2
    import sqlite3

    database = sqlite3.connect(tmp_path / "index.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    assert len(found(index)) == 2


def test_a_place_that_can_t_be_written_is_said(runs_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="the index of runs"):
        RunIndex(runs_folder, tmp_path / "file" / "index.sqlite").refresh()


def test_a_folder_without_runs_has_none(tmp_path: Path) -> None:
    index = RunIndex(tmp_path / "nothing")
    assert (index.refresh(), index.find(Search()).total) == (0, 0)


def test_many_may_look_at_once(index: RunIndex, runs_folder: Path, tmp_path: Path) -> None:
    record_run(runs_folder / "20200101-000000-old")
    write_runs(runs_folder, 20)
    faults: list[Exception] = []

    def look(one: RunIndex) -> None:
        try:
            while one.refresh(0):
                one.find(Search(text="press"))
        except Exception as error:
            faults.append(error)

    others = [RunIndex(runs_folder, tmp_path / "index.sqlite") for _ in range(3)]
    threads = [threading.Thread(target=look, args=(one,)) for one in (index, index, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert index.find(Search()).total == 21


@pytest.mark.slow
def test_ten_thousand_runs_are_searched_in_a_moment(index: RunIndex, runs_folder: Path) -> None:
    write_runs(runs_folder, 10_000)
    while index.refresh(5):
        pass
    took = search_seconds(index)
    assert max(took.values()) < 0.2, took
