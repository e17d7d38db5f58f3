"""Our engine acts as `transformers` does with the bundled weights."""

import json

import pytest

from agent.evaluation.parity import compare, main
from perception.clients.catalog import NANO

pytest.importorskip("transformers")


@pytest.mark.slow
async def test_the_bundled_model_acts_the_same_in_both() -> None:
    found = await compare(NANO, 8, 1_000_001)
    assert found["differ"] == []
    assert found["same"] == found["screens"] == 8


def test_the_result_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--screens", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] == 0
