"""The benchmark in its quick form: every figure is there, all sides write as many tokens, what is missing is said."""

import json
import math
from pathlib import Path

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.bench import capture
from agent.evaluation.bench.embedded import EmbeddedSide
from agent.evaluation.bench.measure import QUICK, measure
from agent.evaluation.bench.sglang import MISSING, find_environment
from agent.evaluation.bench.side import Child
from agent.evaluation.bench.sides import Subject
from agent.evaluation.bench.steps import LAST, Question, messages
from agent.evaluation.bench.table import about_this_machine, table, write
from agent.evaluation.bench.theirs import TransformersSide
from agent.evaluation.memory import peak_mb, resident_mb, session_peak_mb
from perception.clients.client import ImagePart
from perception.errors import ModelError
from tests.desktops import needs
from tests.tiny_model import write_folder

SIZE = (128, 128)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny")


def frames(question: Question) -> list[str]:
    parts = [part for message in messages(question) for part in message.parts]
    return [part.frame.digest for part in parts if isinstance(part, ImagePart)]


def test_a_step_goes_on_behind_the_step_before() -> None:
    before, after = messages(Question(SIZE, 0, LAST - 1)), messages(Question(SIZE, 0, LAST, 3))
    assert after[: len(before)] == before
    assert [message.role for message in after[len(before) :]] == ["assistant", "user"]
    assert len(frames(Question(SIZE, 0, LAST))) == LAST


def test_variants_differ_behind_the_step_before_and_are_the_same_each_time() -> None:
    one, other = Question(SIZE, 0, 3, 1), Question(SIZE, 0, 3, 2)
    assert frames(one)[:2] == frames(other)[:2]
    assert frames(one)[2] != frames(other)[2]
    assert messages(one)[3] != messages(other)[3]
    assert messages(one) == messages(one)


def test_earlier_turns_are_told_in_words_where_few_are_shown() -> None:
    question = Question(SIZE, 0, 7, num_recent=2)
    assert len(frames(question)) == 3
    assert "Step 4: " in str(messages(question)[0].parts[1])


def test_ours_and_transformers_write_the_same_tokens_with_and_without_a_cache(folder: Path) -> None:
    ours, theirs = EmbeddedSide(folder, "float32"), TransformersSide(folder, "float32")
    for question in (Question(SIZE, 0, 1), Question(SIZE, 0, 2), Question(SIZE, 0, 3)):
        answer = ours.ask(question, (), 96)
        again = theirs.ask(question, answer.token_ids, 96)
        assert theirs.freely(question, 96)[: answer.num_tokens] == answer.token_ids
        assert (again.num_prompt, again.num_tokens) == (answer.num_prompt, answer.num_tokens)
        assert (answer.num_cached > 0) == (again.num_cached > 0) == (question.step > 1)
        assert abs(answer.num_cached - again.num_cached) < 64


def test_every_way_of_ours_says_the_same(folder: Path) -> None:
    side, question = EmbeddedSide(folder, "float32"), Question(SIZE, 0, 2)
    side.ask(Question(SIZE, 0, 1), (), 1)
    whole = side.ask(question, (), 96)
    single = side.ask(question, (), 96, "one a pass")
    fresh = side.ask(question, (), 96, "nothing kept")
    assert whole.token_ids == single.token_ids == fresh.token_ids
    assert whole.num_passes <= single.num_passes
    assert (whole.num_cached > 0, fresh.num_cached) == (True, 0)


def test_decoding_has_the_number_of_tokens_that_was_asked_for(folder: Path) -> None:
    ours, theirs = EmbeddedSide(folder), TransformersSide(folder, "bfloat16")
    rate, ids = ours.decode(Question(SIZE, 0, 1), (), 9)
    assert len(ids) == 9
    assert rate > 0
    assert theirs.decode(Question(SIZE, 0, 1), ids, 9)[1] == ids


@pytest.mark.slow
def test_all_figures_of_a_quick_run(folder: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    figures = measure([Subject("nano", folder, SIZE)], QUICK, environment=None, logs=tmp_path, say=lines.append)
    figures |= about_this_machine(QUICK, sglang=False)
    for name in ("step1_ms", "step10_ms", "decode_tokens_per_second", "requests_per_second", "peak_memory_mb"):
        assert float(figures[f"{name}_nano"]) > 0
        assert figures[f"{name}_sglang_nano"] == MISSING
    for name in ("step1", "step10", "decode", "requests"):
        assert float(figures[f"{name}_vs_transformers_nano"]) > 0
        assert figures[f"{name}_vs_sglang_nano"] == MISSING
    for dtype in ("float32", "bfloat16", "int8"):
        assert float(figures[f"step10_ms_transformers_{dtype}_nano"]) > 0
        assert 0 <= float(figures[f"same_tokens_{dtype}_nano"]) <= 1
    fastest = min(float(figures[f"step10_ms_transformers_{dtype}_nano"]) for dtype in ("float32", "bfloat16", "int8"))
    ratio = fastest / float(figures["step10_ms_nano"])
    assert figures["step10_vs_transformers_nano"] == pytest.approx(ratio)
    assert {"gain_dtype_nano", "gain_prefix_nano", "gain_forced_nano", "memory_mb_step20_nano"} <= figures.keys()
    assert all(math.isfinite(value) for value in figures.values() if not isinstance(value, str))
    shown = table(figures, ["nano"])
    assert "nano: step 10, ms" in shown
    assert "reached" in shown
    assert any("round 1 of 1" in line for line in lines)
    path = write(figures, tmp_path / "build" / "bench.json")
    assert json.loads(path.read_text()) == figures


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        measure([Subject("nano", tmp_path, SIZE)], QUICK, environment=None, logs=tmp_path, say=lambda line: None)


def test_a_side_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"embedded: ModelError: .*is missing"):
        Child("embedded", EmbeddedSide, tmp_path)


def test_where_sglang_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("SGLANG_ENVIRONMENT", raising=False)
    assert find_environment() is None
    made = tmp_path / "handeye" / "sglang-cpu-0123"
    (made / "bin").mkdir(parents=True)
    (made / "bin" / "python").touch()
    assert find_environment() is None  # not finished yet
    (made / "handeye-tests.stamp").touch()
    assert find_environment() == made
    monkeypatch.setenv("SGLANG_ENVIRONMENT", str(tmp_path / "other"))
    assert find_environment() is None


def test_memory_of_processes() -> None:
    assert 0 < resident_mb() <= peak_mb()
    assert session_peak_mb(-5) == 0


@pytest.mark.desktop
def test_seeing_a_desktop_is_measured() -> None:
    needs("Xvfb", "openbox", "mousepad")
    found = capture.measure(2)
    assert 0 < float(found["capture_raw_ms"]) <= float(found["capture_ms"])
    assert float(found["encode_png_ms"]) > 0
    assert 0 < float(found["share_not_sent_again"]) < 1


def test_what_lacks_for_a_desktop_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "is not installed" in str(capture.measure(1)["capture"])
