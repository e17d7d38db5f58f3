"""What is exported and what is not; people's steps; what is for measuring; secrets."""

import base64
import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from actions.action import LeftClick, Type
from agent.errors import RecordError
from agent.evaluation.miniwob import HELDOUT_TASKS
from agent.exchange import formats
from agent.exchange.dataset import export
from agent.exchange.selection import TRAIN, VALIDATION, Filters, Selection, select
from agent.trajectory import Outcome, Reply
from perception.geometry import Point
from sandboxes.scrubbing import Scrubber
from sandboxes.task import Score, Task
from tests.agent.exchange.recorded import NO_SECRETS, REPLY, record

CANARY = "correct-Horse 77 battery?"


def chosen(folders: list[Path], **filters: Any) -> Selection:
    return select(folders, Filters(**filters), NO_SECRETS)


def names(selection: Selection) -> list[str]:
    return [example.name for example in selection]


def test_failures_are_kept_only_when_asked(tmp_path: Path) -> None:
    runs = [
        record(tmp_path / "good"),
        record(tmp_path / "said", outcome=Outcome(kind="finished")),
        record(tmp_path / "bad", outcome=Outcome(kind="finished", success=False)),
        record(tmp_path / "stuck", outcome=Outcome(kind="stuck")),
        record(tmp_path / "cut", outcome=None),
    ]
    assert names(chosen(runs)) == ["good/0", "said/0"]
    assert names(chosen(runs, success=True)) == ["good/0"]
    assert len(names(chosen(runs, failed_too=True))) == 5
    assert chosen(runs).left_out == {"runs that failed or did not end (--failed-too keeps them)": 3}


def test_a_reward_short_of_success_can_be_enough(tmp_path: Path) -> None:
    given = {"done": (True, 1.0), "near": (False, 0.98), "far": (False, 0.5)}
    runs = [
        record(
            tmp_path / name,
            outcome=Outcome(kind="finished", success=success, score=Score(reward=reward, success=success)),
        )
        for name, (success, reward) in given.items()
    ]
    assert names(chosen(runs, success=True)) == ["done/0"]
    assert names(chosen(runs, success=True, least_reward=0.9)) == ["done/0", "near/0"]
    assert names(chosen(runs, least_reward=0.9)) == ["done/0", "near/0"]


def test_a_person_s_step_is_learned_as_the_person_did_it(tmp_path: Path) -> None:
    """An edited one without the model's reply and thought, which asked for something else; a refused one not at all."""
    there = LeftClick(at=Point(x=0, y=0))
    edited = {"actor": "human", "action": there, "info": {"guard": {"answer": "edit"}}}
    by_hand = {"actor": "human", "action": Type(text="Ada"), "replies": (), "thought": "by hand"}
    named = {"actor": "human", "action": there, "replies": (), "thought": 'Click "Save"'}
    refused = {"error": "A person was asked and refused (it pays)."}
    run = record(tmp_path / "run", [{"thought": "Open"}, edited, by_hand, named, refused])
    selection = chosen([run])
    replies = [json.loads(example.reply) for example in selection]
    assert replies[0] == json.loads(REPLY)
    assert (replies[1]["thought"], replies[1]["action"]) == ("", "left_click")
    assert max(replies[1]["coordinate"]) <= 16, "the first pixel's middle on a grid of 1000"
    assert replies[2] == {"thought": "", "action": "type", "text": "Ada"}
    assert (replies[3]["thought"], replies[3]["action"]) == ('Click "Save"', "left_click")
    assert len(replies) == 4
    assert names(chosen([run], actor="human")) == ["run/1", "run/2", "run/3"]
    assert names(chosen([run], approved=True)) == ["run/1", "run/2", "run/3"]


def test_sampled_tokens_go_along_only_with_the_model_s_own_reply(tmp_path: Path) -> None:
    sampled = (Reply(text=REPLY, finish="stop", token_ids=(1, 2), logprobs=(-0.5, -0.25)),)
    run = record(tmp_path / "run", [{"replies": sampled}, {"replies": sampled, "actor": "human"}])
    assert [example.sampled for example in chosen([run])] == [((1, 2), (-0.5, -0.25)), ((), ())]


def test_long_runs_are_left_out(tmp_path: Path) -> None:
    runs = [record(tmp_path / "short"), record(tmp_path / "long", [{}] * 3)]
    assert names(chosen(runs, max_steps=2)) == ["short/0"]


def test_near_duplicates_are_kept_once(tmp_path: Path) -> None:
    near, far = LeftClick(at=Point(x=33, y=8)), LeftClick(at=Point(x=40, y=8))
    fields = [{}, {"action": near}, {"action": far}, {"thought": "Other"}, {}]
    run = record(tmp_path / "run", fields, pictures=[0, 0, 0, 0, 1])
    assert names(chosen([run], near_duplicates=True)) == ["run/0", "run/2", "run/3", "run/4"]
    assert len(names(chosen([run]))) == 5


def test_no_task_is_in_both_parts(tmp_path: Path) -> None:
    runs = [
        record(tmp_path / f"{task}-{copy}", task=Task(id=f"task {task}", instruction="Do it."))
        for task in range(20)
        for copy in range(2)
    ]
    parts = chosen(runs, validation=0.3).examples
    ids = {part: {example.run.task.id for example in parts[part]} for part in (TRAIN, VALIDATION)}
    assert not ids[TRAIN] & ids[VALIDATION]
    assert 1 <= len(ids[VALIDATION]) <= 12
    assert len(parts[TRAIN]) + len(parts[VALIDATION]) == 40


def test_seeds_of_a_page_are_one_task(tmp_path: Path) -> None:
    def page(seed: int) -> Task:
        return Task(id=f"miniwob-click-test-{seed}", instruction="x", seed=seed, settings={"miniwob": "click-test"})

    runs = [record(tmp_path / str(seed), task=page(seed)) for seed in range(8)]
    assert [] in chosen(runs, validation=0.5).examples.values()


def test_what_is_for_measuring_is_never_exported(tmp_path: Path) -> None:
    heldout = Task(id="a", instruction="x", environment="miniwob", settings={"miniwob": HELDOUT_TASKS[0]})
    seeded = Task(id="b", instruction="x", seed=1_000_001)
    runs = [record(tmp_path / task.id, task=task) for task in (heldout, seeded)]
    selection = chosen(runs, failed_too=True)
    assert names(selection) == []
    assert selection.left_out == {"runs for measuring alone (held-out tasks, seeds above 1,000,000)": 2}
    with pytest.raises(RecordError, match="2 runs for measuring alone"):
        export(runs, formats.named("trl"), tmp_path / "set", Filters(), NO_SECRETS)
    assert not (tmp_path / "set").exists()


def encodings() -> dict[str, str]:
    return {
        "plain": CANARY,
        "percent": quote(CANARY, safe=""),
        "base64": base64.b64encode(CANARY.encode()).decode(),
        "hex": CANARY.encode().hex(),
        "entities": "".join(f"&#{ord(sign)};" for sign in CANARY),
        "escapes": "".join(f"\\u{ord(sign):04x}" for sign in CANARY),
        "backwards": CANARY[::-1],
    }


@pytest.mark.parametrize("name", formats.FORMATS)
def test_a_secret_never_leaves(name: str, tmp_path: Path) -> None:
    """In no text of any file, however it was written in the run, and not as tokens either."""
    forms = encodings()
    fields = [
        {
            "action": Type(text=f"say {form}"),
            "replies": (Reply(text=f"reply {form}", finish="stop", token_ids=(4242, 4243), logprobs=(-1.0, -2.0)),),
            "thought": f"thought {form}",
            "shown_history": (f"told {form}",),
            "url": f"https://example.org/?q={form}",
            "info": {"notes": [form], form: 1},
        }
        for form in forms.values()
    ]
    task = Task(id="t", instruction=f"Log in with {CANARY}", url=f"https://example.org/{quote(CANARY)}")
    run = record(tmp_path / "run", fields, task=task, prompt="computer_use", settings={"folder": CANARY})
    export([run], formats.named(name), tmp_path / "set", Filters(), Scrubber({"SHOP": CANARY}))
    written = [path for path in (tmp_path / "set").rglob("*") if path.is_file() and path.suffix != ".png"]
    assert written
    for path in written:
        content = path.read_bytes()
        decoded = html.unescape(content.decode("utf-8", "replace"))
        for kind, form in forms.items():
            assert form.encode() not in content, f"{kind} in {path.name}"
            assert json.dumps(form)[1:-1].encode() not in content, f"{kind} in {path.name}"
        assert CANARY not in decoded
        assert b"4242" not in content
    assert any(b"secret:SHOP" in path.read_bytes() for path in written)
