"""The benchmark of a step: its figures are there, finite, flat, and written whole."""

import json
import math
from pathlib import Path

import pytest

from agent.evaluation.bench import SIZE, cases, measure, table, write
from perception.clients.client import ImagePart
from perception.errors import ModelError
from tests.tiny_model import write_folder


def test_cases_are_screens_of_the_demos_size_and_the_same_each_time() -> None:
    first, again = list(cases(3)), list(cases(3))
    frames = [part.frame for case in first for part in case.messages[0].parts if isinstance(part, ImagePart)]
    assert [(frame.size.width, frame.size.height) for frame in frames] == [SIZE] * 3
    again_frames = [part.frame for case in again for part in case.messages[0].parts if isinstance(part, ImagePart)]
    assert [frame.digest for frame in frames] == [frame.digest for frame in again_frames]


def test_ours_and_transformers_are_measured_in_one_run(tmp_path: Path) -> None:
    lines: list[str] = []
    figures = measure(write_folder(tmp_path / "tiny"), num_steps=2, progress=lines.append)
    numbers = {name: value for name, value in figures.items() if not isinstance(value, str)}
    assert all(math.isfinite(value) for value in numbers.values())
    assert numbers["step_ms_nano"] >= numbers["generate_ms_nano"] > 0
    fastest = figures["transformers"]
    expected = numbers[f"transformers_{fastest}_ms_nano"] / numbers["generate_ms_nano"]
    assert numbers["engine_vs_transformers_nano"] == pytest.approx(expected)
    assert numbers["prompt_tokens_nano"] > 99
    assert lines
    path = write(figures, tmp_path / "build" / "bench.json")
    assert json.loads(path.read_text()) == figures
    assert "step_ms_nano" in table(figures)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        measure(tmp_path)
