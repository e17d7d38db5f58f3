"""Grounding is measured by real replies of a scripted model, in every convention of coordinates."""

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from actions.codec.codec import codec
from agent.errors import BenchmarkError
from agent.evaluation.run import evaluate
from agent.evaluation.screenspot import ScreenSpotBenchmark
from agent.policy import Choice, Identity, ModelPolicy, Situation
from perception.clients.scripted import ScriptedClient
from perception.clients.wording import Style
from perception.observation import Frame
from perception.screenshot import encode_png

WIDTH, HEIGHT = 200, 100
BOX = [20, 40, 60, 80]
HITS = {
    "qwen3vl": '[{"label": "it", "point_2d": [200, 600]}]',
    "qwen3vl-999": '{"bbox_2d": [100, 400, 300, 800]}',
    "qwen35-xml": '```json\n[{"point_2d": [200, 600], "label": "it"}]\n```',
    "pixels": '[{"bbox_2d": [20, 40, 60, 80], "label": "it"}]',
    "pyautogui": '[{"point_2d": [60, 80]}]',
}


def folder_of(folder: Path, num_entries: int = 1, box: list | None = BOX) -> Path:
    (folder / "a.png").write_bytes(encode_png(Frame(np.full((HEIGHT, WIDTH, 3), 255, np.uint8))))
    entry = {"image": "a.png", "instruction": "it", "box": box}
    (folder / "boxes.json").write_text(json.dumps([entry] * num_entries))
    return folder


async def success(folder: Path, *replies: str, name: str = "qwen3vl", style: Style = "compact") -> float:
    benchmark = ScreenSpotBenchmark(folder)
    policy = ModelPolicy(ScriptedClient(list(replies)), codec(name), prompt=style)
    return (await evaluate(benchmark, policy, seed=0)).success


@pytest.mark.parametrize(("name", "reply"), HITS.items())
async def test_points_and_boxes_count_in_the_coordinates_of_the_codec(tmp_path: Path, name: str, reply: str) -> None:
    folder = folder_of(tmp_path)
    styles: tuple[Style, ...] = get_args(Style)
    for style in styles:
        assert await success(folder, reply, name=name, style=style) == 1.0


@pytest.mark.parametrize(
    "reply",
    ['[{"label": "it", "point_2d": [40, 60]}]', "[]", "It is there.", '[{"label": "it"}]'],
    ids=["pixels on a grid", "not there", "no JSON", "no place"],
)
async def test_misses(tmp_path: Path, reply: str) -> None:
    assert await success(folder_of(tmp_path), reply) == 0.0


async def test_a_grid_in_place_of_pixels_misses(tmp_path: Path) -> None:
    assert await success(folder_of(tmp_path), HITS["qwen3vl"], name="pixels") == 0.0


async def test_what_is_not_there_is_right_when_it_is_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 3, box=None)
    assert await success(folder, "[]", HITS["qwen3vl"], "perhaps") == pytest.approx(1 / 3, abs=1e-3)


async def test_a_picture_of_another_size_than_was_annotated(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(encode_png(Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8))))
    entry = {
        "img_filename": "a.png",
        "bbox": [40, 80, 120, 160],  # of a picture that had twice as many pixels a side
        "img_size": [2 * WIDTH, 2 * HEIGHT],
        "instruction": "it",
        "group": "CAD",
        "ui_type": "icon",
    }
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "cad.json").write_text(json.dumps([entry]))
    assert await success(tmp_path, '[{"point_2d": [200, 600]}]') == 1.0
    assert await success(tmp_path, '[{"point_2d": [600, 600]}]') == 0.0


def test_a_seed_draws_the_same_few(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 50)
    drawn = [[e.task.id for e in ScreenSpotBenchmark(folder, most=5, seed=s).episodes()] for s in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 5
    assert len(ScreenSpotBenchmark(folder, most=99).episodes()) == 50


async def test_a_broken_picture_is_counted_apart(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "a.png").write_bytes(b"no picture")
    policy = ModelPolicy(ScriptedClient([]), codec("qwen3vl"))
    summed = await evaluate(ScreenSpotBenchmark(folder), policy, seed=0)
    assert summed.tasks["present"].crashed == 1


class Blind:
    """Decides, and can't locate."""

    @property
    def identity(self) -> Identity:
        return Identity(policy="blind", model="blind")

    async def decide(self, situation: Situation) -> Choice:
        raise AssertionError("not asked")


async def test_a_policy_that_cannot_locate_is_refused(tmp_path: Path) -> None:
    benchmark = ScreenSpotBenchmark(folder_of(tmp_path))
    with pytest.raises(BenchmarkError, match="can't locate"):
        await benchmark.play(benchmark.episodes()[0], Blind(), None)
