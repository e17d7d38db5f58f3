"""What is exported comes back: the same steps, whatever was recorded."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.action import Answer, Key, LeftClick, LeftClickDrag, Open, Scroll, Swipe, Terminate, Type, Wait
from agent.errors import RecordError
from agent.exchange import formats
from agent.exchange.dataset import export
from agent.exchange.episode import Reading
from agent.exchange.formats import Format
from agent.exchange.reply import is_learnable
from agent.exchange.runs import import_runs
from agent.exchange.selection import Filters
from agent.inspection import inspect
from agent.recorder import image_store, load
from agent.trajectory import Reply, Verdict
from perception.geometry import Point
from tests.agent.exchange.conftest import MEMORY
from tests.agent.exchange.recorded import CLICK, NO_SECRETS, REPLY, SIZE, essence, essences, picture, record

WHOLE = ("sharegpt", "llamafactory", "ms-swift", "trl", "parquet")
"""Formats with room for our own records."""

text = st.text(max_size=20) | st.sampled_from(
    ["", "<image>", "<video>x", "Step 1: no", "<|im_end|>", "a\r\n\tb\u2028c"]
)
point = st.builds(Point, x=st.integers(0, SIZE.width - 1), y=st.integers(0, SIZE.height - 1))
action = st.one_of(
    st.builds(LeftClick, at=point),
    st.builds(LeftClickDrag, start=st.none() | point, end=point),
    st.builds(Scroll, at=st.none() | point, pixels=st.integers(-900, 900)),
    st.builds(Type, text=text),
    st.builds(Key, keys=st.sampled_from([("enter",), ("ctrl", "a")])),
    st.builds(Wait, seconds=st.floats(0, 60)),
    st.builds(Swipe, start=point, end=point),
    st.builds(Open, app=st.just("Clock")),
    st.builds(Terminate, status=st.sampled_from(["success", "failure"])),
    st.builds(Answer, text=text),
)
finite = st.floats(max_value=0, allow_infinity=False, allow_nan=False)
reply = st.builds(
    Reply,
    text=text,
    finish=st.just("stop"),
    token_ids=st.lists(st.integers(0, 200_000), max_size=3).map(tuple),
    logprobs=st.lists(finite, max_size=3).map(tuple),
    error=text,
)
step_fields = st.fixed_dictionaries(
    {
        "action": st.none() | action,
        "actor": st.sampled_from(["model", "human", "skill"]),
        "replies": st.lists(reply, max_size=2).map(tuple),
        "thought": text,
        "shown_history": st.lists(text, max_size=2).map(tuple),
        "error": st.sampled_from(["", "", "", "It broke."]),
        "url": st.sampled_from(["", "http://127.0.0.1/a?b=<image>"]),
        "verdict": st.none() | st.builds(Verdict, changed=st.booleans(), reason=text),
        "info": st.dictionaries(st.sampled_from(["notes", "fresh"]), st.lists(text, max_size=2), max_size=1),
    }
)


def there_and_back(layout: Format, run: Path, folder: Path) -> list[Path]:
    export([run], layout, folder / "set", Filters(failed_too=True), NO_SECRETS)
    report = import_runs(folder / "set", layout, folder / "back", Reading())
    assert report.left_out == {}
    return [report.folder / name for name in report.runs]


runs_of_steps = given(
    steps=st.lists(step_fields, min_size=1, max_size=3), prompt=st.sampled_from(["compact", "computer_use"])
)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@runs_of_steps
def test_the_same_steps_come_back(name: str, steps: list[dict[str, Any]], prompt: str) -> None:
    check_the_same_steps_come_back(name, steps, prompt)


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@runs_of_steps
def test_the_same_steps_come_back_of_many_runs(name: str, steps: list[dict[str, Any]], prompt: str) -> None:
    check_the_same_steps_come_back(name, steps, prompt)


def check_the_same_steps_come_back(name: str, steps: list[dict[str, Any]], prompt: str) -> None:
    with TemporaryDirectory(dir=MEMORY) as temporary:
        folder = Path(temporary)
        run = record(folder / "run", steps, prompt=prompt)
        recorded = load(run)
        expected = [one for one in recorded.steps if is_learnable(recorded.run, one)]
        if not expected:
            with pytest.raises(RecordError, match=r"nothing is left to export: .* refused, broke"):
                there_and_back(formats.named(name), run, folder)
            assert not (folder / "set").exists()
            return
        (back,) = there_and_back(formats.named(name), run, folder)
        assert essences(load(back)) == [essence(one) for one in expected]
        assert load(back).run.task == recorded.run.task
        for one in expected:
            assert (image_store(back).get(one.before).pixels == image_store(run).get(one.before).pixels).all()
        assert inspect(back).faults == ()


@pytest.mark.parametrize("name", WHOLE)
def test_a_second_export_shows_the_same_conversations(name: str, tmp_path: Path) -> None:
    """Also where a step is missing, so that steps have other numbers than they were recorded with."""
    refused = {"error": "A person was asked and refused."}
    fields = [{"shown_history": tuple(f"told {n}" for n in range(i))} for i in range(7)]
    run = record(tmp_path / "run", [*fields[:2], {**fields[2], **refused}, *fields[3:]], prompt="computer_use")
    layout = formats.named("trl")
    (back,) = there_and_back(formats.named(name), run, tmp_path)
    shown = []
    for source, out in ((run, "first"), (back, "second")):
        export([source], layout, tmp_path / out, Filters(), NO_SECRETS)
        lines = (tmp_path / out / "train.jsonl").read_bytes().splitlines()
        shown.append([json.loads(line) for line in lines])
    assert len(shown[1]) == 6
    assert shown[0][1]["prompt"] == shown[1][1]["prompt"]
    for record_ in shown[1][2:]:  # The refused step's picture is not exported, so later prompts show one row less.
        assert len(record_["images"]) == sum(
            part["type"] == "image" for turn in record_["prompt"] for part in turn["content"]
        )


def test_an_import_goes_beside_other_runs_and_over_none(tmp_path: Path) -> None:
    run = record(tmp_path / "one")
    layout = formats.named("ms-swift")
    (back,) = there_and_back(layout, run, tmp_path)
    before = (back / "steps.jsonl").read_bytes()
    with pytest.raises(RecordError, match="is there already"):
        import_runs(tmp_path / "set", layout, tmp_path / "back", Reading())
    assert (back / "steps.jsonl").read_bytes() == before
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["one"]


def test_two_runs_of_one_name_stay_two(tmp_path: Path) -> None:
    runs = [record(tmp_path / place / "one", [{"thought": place}], asked=place) for place in ("a", "b")]
    layout = formats.named("ms-swift")
    export(runs, layout, tmp_path / "set", Filters(), NO_SECRETS)
    report = import_runs(tmp_path / "set", layout, tmp_path / "back", Reading())
    assert report.runs == ("one", "one-2")
    assert [load(tmp_path / "back" / name).steps[0].thought for name in report.runs] == ["a", "b"]


def test_a_changed_picture_is_found(tmp_path: Path) -> None:
    run = record(tmp_path / "one")
    layout = formats.named("trl")
    export([run], layout, tmp_path / "set", Filters(), NO_SECRETS)
    (image,) = (tmp_path / "set" / "images").iterdir()
    other = image_store(tmp_path / "other").put(picture(9))
    image.write_bytes(image_store(tmp_path / "other").path(other.digest).read_bytes())
    with pytest.raises(RecordError, match="not the one that was recorded"):
        import_runs(tmp_path / "set", layout, tmp_path / "back", Reading())
    assert list((tmp_path / "back").iterdir()) == []


def test_changed_records_are_refused(tmp_path: Path) -> None:
    layout = formats.named("trl")
    export([record(tmp_path / "one")], layout, tmp_path / "set", Filters(), NO_SECRETS)
    file = tmp_path / "set" / "train.jsonl"
    file.write_text(file.read_text().replace("left_click\\", "left_clack\\"))
    with pytest.raises(RecordError, match="line 1: the column handeye holds no run and step"):
        import_runs(file, layout, tmp_path / "back", Reading())


def test_replies_before_the_one_that_parsed_are_shown_and_not_learned(tmp_path: Path) -> None:
    bad = Reply(text="Hm.", finish="stop", error="The reply is no JSON object.")
    run = record(tmp_path / "one", [{"replies": (bad, Reply(text=REPLY, finish="stop"))}])
    export([run], formats.named("ms-swift"), tmp_path / "set", Filters(), NO_SECRETS)
    said = json.loads((tmp_path / "set" / "train.jsonl").read_text())["messages"]
    assert [turn["role"] for turn in said] == ["user", "assistant", "user", "assistant"]
    assert [turn.get("loss") for turn in said] == [None, False, None, True]
    assert "The reply is no JSON object." in said[2]["content"]
    assert said[3]["content"] == REPLY
    assert essence(load(run).steps[0])["action"] == CLICK.model_dump()
