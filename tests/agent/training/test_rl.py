import pytest

from agent.errors import SettingsError
from agent.training.rl import RlConfig


def test_the_rate_warms_up_and_stays() -> None:
    config = RlConfig(steps=100, warmup_steps=5)
    assert [config.factor(step, 0, 0.0) for step in (0, 4, 5, 99)] == [0.2, 1.0, 1.0, 1.0]
    assert config.factor(50, 50, 0.0) == 0.2, "it warms up again with a new optimiser"


def test_the_rate_falls_over_the_last_part_of_the_run() -> None:
    config = RlConfig(steps=100, warmup_steps=0, decay=0.5)
    assert [config.factor(step, 0, 0.0) for step in (0, 50, 75, 100)] == [1.0, 1.0, 0.5, 0.0]


def test_a_run_that_ends_by_its_time_decays_by_its_time() -> None:
    config = RlConfig(steps=1_000_000, warmup_steps=0, decay=0.5, minutes=10)
    assert [config.factor(7, 0, minutes) for minutes in (0.0, 5.0, 7.5, 11.0)] == pytest.approx(
        [1, 1, 0.5, 0], abs=1e-4
    )


@pytest.mark.parametrize("decay", [-0.1, 1.1])
def test_a_part_of_the_run_is_no_more_than_all_of_it(decay: float) -> None:
    with pytest.raises(SettingsError, match="0 to 1"):
        RlConfig(decay=decay).check()
