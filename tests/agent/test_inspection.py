"""What was changed, lost or torn in a run's folder is found, every single bit of it."""

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.effects import FILE_NAME as EFFECTS_FILE
from agent.effects import Effects, Intent, Receipt
from agent.inspection import inspect
from agent.recorder import RUN_FILE, STEPS_FILE, Recorder, image_store, load
from agent.trajectory import Outcome
from tests.agent.samples import CLICK, run_record, step
from tests.ui.sample_run import form

FLIPS = int(os.environ.get("FLIPS", "300"))
"""How many bits are flipped; 10000 is the whole proof."""
CUTS = int(os.environ.get("CUTS", "300"))
"""At how many bytes a log is cut; 65536 are all of its last 64 KiB."""
TAIL = 65_536


def record(folder: Path, num_steps: int = 6, *, thought: str = "Click é", outcome: Outcome | None = None) -> Path:
    """A run with a ledger and one image."""
    recorder = Recorder.create(folder, run_record(folder.name))
    effects = Effects(folder)
    image = image_store(folder).put(form())
    for index in range(num_steps):
        name = f"{folder.name}/{index}"
        effects.write(Intent(effect_id=name, action=CLICK, before=image))
        effects.write(Receipt(effect_id=name, after=image))
        made = step(index, thought=thought, effect_id=name)
        recorder.append(made.model_copy(update={"before": image, "after": image}))
    if outcome is not None:
        recorder.conclude(outcome)
    effects.close()
    recorder.close()
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return record(folder, outcome=Outcome(kind="finished", success=True, steps=6))


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_whole_run_has_no_faults(finished):
    report = inspect(finished)
    assert (report.faults, report.notes) == ((), ())
    assert (report.num_steps, report.num_effects, report.num_images) == (6, 6, 1)


def test_every_flipped_bit_is_found_and_nothing_is_changed(finished):
    chance = random.Random(3)
    names = [RUN_FILE, STEPS_FILE, EFFECTS_FILE]
    whole = {name: (finished / name).read_bytes() for name in names}
    ends = [(name, len(content) * 8 - bit) for name, content in whole.items() for bit in range(1, 17)]
    for name, bit in [*ends, *((name, -1) for name in chance.choices(names, k=FLIPS))]:
        place = bit if bit >= 0 else chance.randrange(len(whole[name]) * 8)
        changed = flipped(whole[name], place)
        (finished / name).write_bytes(changed)
        faults = inspect(finished).faults
        assert faults, f"bit {place} of {name}"
        assert all("\n" not in fault for fault in faults)
        assert (finished / name).read_bytes() == changed
        (finished / name).write_bytes(whole[name])
    assert inspect(finished).faults == ()


@given(bit=st.integers(min_value=0))
@settings(max_examples=60, deadline=None)
def test_an_image_is_what_was_stored_or_is_named(finished, bit):
    (path,) = (finished / "images").iterdir()
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, bit % (len(whole) * 8)))
    try:
        faults = inspect(finished).faults
        try:
            same = image_store(finished).get(load(finished).steps[0].before).digest == form().digest
        except Exception:
            same = False
        assert bool(faults) != same
        assert all(str(path) in fault for fault in faults)
    finally:
        path.write_bytes(whole)


def test_a_log_that_was_cut_at_any_byte_of_its_last_64_kib_gives_every_whole_record(tmp_path):
    folder = record(tmp_path / "one", 20, thought="Click é " * 500)
    path = folder / STEPS_FILE
    content = path.read_bytes()
    assert len(content) > TAIL
    first = len(content) - TAIL
    places = range(first, len(content)) if CUTS >= TAIL else random.Random(5).sample(range(first, len(content)), CUTS)
    edges = [place for place in range(first, len(content)) if b"\n" in content[place - 1 : place + 2]]
    for place in sorted({*places, *edges}, reverse=True):
        os.truncate(path, place)
        trajectory = load(folder)
        assert len(trajectory.steps) == content[:place].count(b"\n")
        assert len(trajectory.notes) == (content[place - 1 : place] != b"\n")
    path.write_bytes(content)


def test_steps_that_are_gone_from_the_end_are_missed(finished, tmp_path):
    path = finished / STEPS_FILE
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    (fault,) = inspect(finished).faults
    assert fault == f"{path}, line 5 is not the last line that was there when {RUN_FILE} got its outcome"
    path.write_bytes(whole)


def test_effects_that_are_gone_are_missed(finished):
    path = finished / EFFECTS_FILE
    whole = path.read_bytes()
    path.unlink()
    faults = inspect(finished).faults
    assert len(faults) == 6
    assert faults[0].startswith(f"{finished / STEPS_FILE}, line 1 tells of the effect one/0")
    path.write_bytes(whole)


def test_what_a_kill_leaves_is_noted_and_no_fault(tmp_path):
    folder = record(tmp_path / "one")
    effects = Effects(folder)
    effects.write(Intent(effect_id="one/6", action=CLICK))
    effects.close()
    with (folder / STEPS_FILE).open("ab") as file:
        file.write(b'{"schema_version":2,"ind')
    report = inspect(folder)
    assert report.faults == ()
    assert "torn line (24 bytes)" in report.notes[0]
    assert report.notes[1] == "one/6 was under way when the run was cut: handeye resume settles it"


def test_lines_of_an_earlier_handeye_have_no_checksum(tmp_path):
    folder = record(tmp_path / "one", 1)
    path = folder / STEPS_FILE
    old = {key: value for key, value in json.loads(path.read_text()).items() if key != "checksum"}
    path.write_text(json.dumps({**old, "schema_version": 1}) + "\n")
    report = inspect(folder)
    assert report.faults == ()
    assert report.notes == (f"{STEPS_FILE} has 1 lines without a checksum: an earlier HandEye wrote them",)
