"""bfloat16 where it pays."""

import pytest

from agent.training.products import in_bfloat16
from perception.clients.catalog import NANO
from perception.qwen3vl import speed
from perception.qwen3vl.config import Config


@pytest.mark.parametrize(("slower", "taken"), [(20.0, False), (0.4, True)])
def test_bfloat16_is_left_where_it_is_slower(monkeypatch: pytest.MonkeyPatch, slower: float, taken: bool) -> None:
    config = Config.load(NANO)
    monkeypatch.setattr(speed, "measured", lambda *sizes: {"float32": 1.0, "bfloat16": slower, "int8": 1.0})
    assert in_bfloat16(True, config, "cpu") == taken
    assert not in_bfloat16(False, config, "cpu")
    assert in_bfloat16(True, config, "cuda")
