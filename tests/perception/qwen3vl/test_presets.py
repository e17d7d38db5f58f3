"""Presets are those of the released models; the fast number format is measured and not guessed."""

import subprocess
import sys

import pytest
import torch

from perception.clients.client import Sampling
from perception.qwen3vl.presets import PRESETS, drawn, preset, preset_name
from perception.qwen3vl.speed import fast_dtype, measured


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [
        ("Qwen3-VL-8B-Instruct", False, "instruct"),
        ("Qwen/Qwen3-VL-32B-Thinking", False, "thinking"),
        ("Qwen3-VL-8B-Instruct", True, "instruct-text-small"),
        ("Qwen3-VL-32B-Instruct", True, "instruct-text-large"),
        ("Qwen3-VL-30B-A3B-Instruct", True, "instruct-text-large"),
        ("Qwen3-VL-235B-A22B-Thinking", True, "thinking-text-moe"),
        ("Qwen3-VL-4B-Thinking", True, "thinking-text-dense"),
        ("handeye-nano", False, "instruct"),
    ],
)
def test_a_released_model_has_its_preset(model: str, text: bool, expected: str) -> None:
    assert preset_name(model, text=text) == expected
    assert preset(expected) is PRESETS[expected]


def test_values_are_those_of_the_report() -> None:
    thinking, small = preset("thinking"), preset("instruct-text-small")
    assert (thinking.temperature, thinking.top_p, thinking.top_k, thinking.presence_penalty) == (0.6, 0.95, 20, 0.0)
    assert (small.temperature, small.top_p, small.top_k, small.presence_penalty) == (1.0, 1.0, 40, 2.0)


def test_an_unknown_name_lists_the_known_ones() -> None:
    for choose in (preset, lambda name: drawn(name, "Qwen3-VL-8B-Instruct", Sampling())):
        with pytest.raises(ValueError, match=r'no preset "hot": known are instruct, thinking, .* and auto$'):
            choose("hot")


def test_a_preset_says_how_and_the_model_how_long() -> None:
    base = Sampling(max_tokens=512, max_seconds=7)
    assert drawn("", "Qwen3-VL-8B-Thinking", base) is base
    assert drawn("instruct", "any", base) == PRESETS["instruct"].model_copy(update={"max_seconds": 7})
    assert drawn("auto", "Qwen3-VL-8B-Thinking", base) == drawn("thinking", "any", base)


def test_reading_presets_needs_no_torch() -> None:
    code = "import sys; import perception.qwen3vl.presets; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_formats_are_measured_once() -> None:
    times = measured(64, 128)
    assert set(times) == {"float32", "bfloat16", "int8"}
    assert all(0 < seconds < 1 for seconds in times.values())
    assert measured(64, 128) is times


def test_the_choice_follows_the_measurement() -> None:
    times = measured(64, 128)
    chosen = fast_dtype(width=64, inner=128)
    assert (chosen == torch.float32) is (times["float32"] * 1.3 < times["bfloat16"])
    assert fast_dtype(width=64, inner=128, int8=True) in ("int8", chosen)
    assert fast_dtype("cuda") == torch.bfloat16
