from pathlib import Path

from agent.recorder import load
from agent.trajectory import StepTimings
from perception.clients.client import Timings, Usage
from tests.ui.sample_run import record_run
from ui.words import reply_words, spent_words


def test_what_a_step_took(tmp_path: Path) -> None:
    steps = load(record_run(tmp_path / "run")).steps
    first = (
        steps[0]
        .replies[0]
        .model_copy(
            update={
                "timings": Timings(vision_ms=20, prefill_ms=40, decode_ms=60, total_ms=120),
                "usage": Usage(prompt_tokens=200, cached_tokens=150, completion_tokens=30),
            }
        )
    )
    timings = StepTimings(see_ms=4, think_ms=120, act_ms=80, wait_ms=2000)
    step = steps[0].model_copy(update={"replies": (first,), "timings": timings})
    words = spent_words([step, step])
    assert words == (
        "a step: see 4, vision 20, prefill 40, decode 60, act 80, wait for a person 2000 ms; "
        "200 tokens read, 75% of them from the cache, 30 written"
    )
    assert spent_words([]) == ""
    assert reply_words(step) == "prefill 40  decode 60 ms, 200 + 30 tokens"
    assert reply_words(steps[0]) == ""
