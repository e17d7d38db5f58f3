"""Ablations: variants that are real settings, a table that grows and is not made twice."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent.training.ablation import GROUPS, main, table
from agent.training.pretrain import PretrainConfig


@pytest.mark.parametrize("group", GROUPS)
def test_every_variant_changes_settings_that_there_are(group: str) -> None:
    for variant in GROUPS[group]:
        replace(PretrainConfig(), **variant.changes)
    assert not GROUPS[group][0].changes
    assert len({variant.name for variant in GROUPS[group]}) == len(GROUPS[group])


def test_a_variant_is_run_once_and_gets_its_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--group", "tower", "--steps", "1", "--folder", str(tmp_path), "--only", "4 layers"]
    main(asked)
    row = json.loads((tmp_path / "tower" / "4-layers" / "row.json").read_text())
    assert row["variant"] == "4 layers"
    assert 0 <= row["characters"] < 0.3
    (tmp_path / "tower" / "4-layers" / "row.json").write_text(json.dumps(row | {"characters": 0.5}))
    main(asked)
    assert capsys.readouterr().out.splitlines()[-1].endswith("| 50.0% |")


def test_the_table_has_a_column_for_every_figure() -> None:
    lines = table([{"variant": "a", "x": 0.5}, {"variant": "b", "y": 0.25}]).splitlines()
    assert lines[0] == "| variant | x | y |"
    assert lines[2:] == ["| a | 50.0% |  |", "| b |  | 25.0% |"]
