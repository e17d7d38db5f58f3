import json
import re
import resource
import subprocess
import sys
from datetime import datetime
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import RecordBusy, RecordError
from agent.recorder import Recorder, load, new_folder, now
from agent.trajectory import Outcome
from tests.agent.samples import run_record, step


@pytest.fixture
def folder(tmp_path):
    """A finished record of three steps."""
    recorder = Recorder.create(tmp_path / "one", run_record())
    for index in range(3):
        recorder.append(step(index, thought=f"line\n{index} é"))
    recorder.close()
    return tmp_path / "one"


def test_what_was_recorded_is_read_back(folder):
    trajectory = load(folder)
    assert trajectory.run == run_record()
    assert [item.thought for item in trajectory.steps] == [f"line\n{index} é" for index in range(3)]
    assert trajectory.notes == ()
    assert trajectory.steps[0].previous_hash == ""
    assert len({item.previous_hash for item in trajectory.steps}) == 3


def test_the_outcome_is_put_into_run_json_whole(folder):
    recorder = Recorder.open(folder)
    recorder.conclude(Outcome(kind="finished", success=True, steps=3))
    recorder.close()
    outcome = load(folder).run.outcome
    assert outcome is not None
    assert outcome.success
    assert {path.name for path in folder.iterdir()} == {"run.json", "steps.jsonl"}


@given(cut=st.integers(1, 5000))
@settings(max_examples=25, deadline=None)
def test_a_file_that_was_cut_anywhere_keeps_every_whole_line(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("runs") / "one"
    recorder = Recorder.create(folder, run_record())
    for index in range(3):
        recorder.append(step(index))
    recorder.close()
    path = folder / "steps.jsonl"
    content = path.read_bytes()
    kept = content[: max(0, len(content) - cut)]
    path.write_bytes(kept)
    trajectory = load(folder)
    assert len(trajectory.steps) == kept.count(b"\n")
    torn = bool(kept) and not kept.endswith(b"\n")
    assert len(trajectory.notes) == torn
    assert path.read_bytes() == kept
    recorder = Recorder.open(folder)
    assert len(recorder.notes) == torn
    recorder.append(step(len(recorder.steps)))
    recorder.close()
    assert len(load(folder).steps) == kept.count(b"\n") + 1
    assert load(folder).notes == ()


def test_a_changed_line_shows(folder):
    path = folder / "steps.jsonl"
    path.write_text(path.read_text().replace("line\\n1", "lime\\n1"))
    with pytest.raises(RecordError, match=r"steps\.jsonl, line 2 does not match its checksum"):
        load(folder)


def test_a_missing_line_shows(folder):
    lines = (folder / "steps.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "steps.jsonl").write_bytes(lines[0] + lines[2])
    with pytest.raises(RecordError, match="line 2 does not follow"):
        load(folder)


def without_checksum(line: str) -> dict:
    return {key: value for key, value in json.loads(line).items() if key != "checksum"}


def test_a_run_of_an_earlier_handeye_is_read_and_gone_on_with(folder):
    """Before version 2 there were no checksums, and the hash in the next line was of the line as it was."""
    previous, lines = "", []
    for line in (folder / "steps.jsonl").read_text().splitlines():
        lines.append(json.dumps({**without_checksum(line), "schema_version": 1, "previous_hash": previous}))
        previous = sha256(lines[-1].encode()).hexdigest()
    (folder / "steps.jsonl").write_text("".join(f"{line}\n" for line in lines))
    old = {**without_checksum((folder / "run.json").read_text()), "schema_version": 1}
    del old["last_step_hash"]
    (folder / "run.json").write_text(json.dumps(old))
    assert len(load(folder).steps) == 3
    recorder = Recorder.open(folder)
    recorder.append(step(3))
    recorder.close()
    trajectory = load(folder)
    assert [item.schema_version for item in trajectory.steps] == [1, 1, 1, 2]
    assert trajectory.steps[3].previous_hash == previous


@pytest.mark.parametrize("name", ["run.json", "steps.jsonl"])
def test_a_newer_schema_is_refused_in_one_sentence(folder, name):
    path = folder / name
    first, *rest = path.read_text().split("\n") if name == "steps.jsonl" else [path.read_text()]
    newer = json.dumps({**json.loads(first), "schema_version": 3})
    path.write_text("\n".join([newer, *rest]))
    with pytest.raises(RecordError, match="schema version 3") as caught:
        load(folder)
    assert "\n" not in str(caught.value)


def test_an_unknown_field_and_a_broken_line_are_refused(folder):
    path = folder / "steps.jsonl"
    first, *rest = path.read_text().split("\n")
    path.write_text("\n".join([json.dumps({**json.loads(first), "mood": "good"}), *rest]))
    with pytest.raises(RecordError, match="line 1 has lost its checksum"):
        load(folder)
    old = {**without_checksum(first), "mood": "good", "schema_version": 1}
    path.write_text("\n".join([json.dumps(old), *rest]))
    with pytest.raises(RecordError, match="line 1 is not a Step: mood"):
        load(folder)
    path.write_text("\n".join(["{", *rest]))
    with pytest.raises(RecordError, match="line 1 is not JSON"):
        load(folder)


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(RecordError, match=r"is not a run: it has no run\.json"):
        load(tmp_path)


def test_only_one_process_writes(folder):
    recorder = Recorder.open(folder)
    with pytest.raises(RecordBusy):
        Recorder.open(folder)
    assert len(load(folder).steps) == 3
    recorder.close()
    recorder.close()
    Recorder.open(folder).close()


def test_a_step_out_of_order_is_a_mistake_of_the_caller(folder):
    recorder = Recorder.open(folder)
    with pytest.raises(ValueError, match="step 7 was given where step 3 comes next"):
        recorder.append(step(7))
    recorder.close()


def test_a_folder_in_a_file_can_not_be_made_and_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="can't be written: Not a directory"):
        Recorder.create(tmp_path / "file" / "one", run_record())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_record_that_is_no_text_leaves_nothing(tmp_path):
    record = run_record()
    with pytest.raises(ValueError, match="surrogates"):
        Recorder.create(tmp_path / "one", record.model_copy(update={"model": "caf\udce9"}))
    assert list(tmp_path.iterdir()) == []


def full_disk(folder, limit: int) -> str:
    """Let a process record until no file may grow past `limit` bytes, as on a full disk; what it printed."""
    code = f"""
import resource, signal
from pathlib import Path
from agent.errors import RecordError
from agent.recorder import Recorder
from tests.agent.samples import run_record, step
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {resource.RLIM_INFINITY}))
try:
    recorder = Recorder.create(Path({str(folder)!r}), run_record())
    for index in range(99):
        recorder.append(step(index))
except RecordError as error:
    print(error)
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_disk_that_fills_up_while_recording_leaves_whole_lines(tmp_path):
    said = full_disk(tmp_path / "one", 3000)
    assert said.count("\n") == 1
    assert "steps.jsonl can't be written: File too large" in said
    trajectory = load(tmp_path / "one")
    assert len(trajectory.steps) > 1
    assert trajectory.notes == ()


def test_a_disk_that_is_full_already_leaves_no_folder(tmp_path):
    said = full_disk(tmp_path / "one", 100)
    assert "run.json can't be written" in said
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_is_named_by_time_and_task(tmp_path):
    folder = new_folder(tmp_path, "Click: the/../Button!")
    assert folder.parent == tmp_path
    assert re.fullmatch(r"\d{8}-\d{6}-click-the-button-[0-9a-f]{6}", folder.name)
    assert "-run-" in new_folder(tmp_path, "漢字").name


def test_two_runs_of_the_same_second_and_task_have_folders_of_their_own(tmp_path):
    assert len({new_folder(tmp_path, "Press Save") for _ in range(20)}) == 20


def test_now_is_utc():
    assert datetime.fromisoformat(now()).utcoffset() is not None
