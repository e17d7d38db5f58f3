"""The whole walk on a drawn form, with a scripted model: every part but the model and the browser is real."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from actions.action import Answer, Decision, LeftClick, Terminate, Wait
from actions.errors import ExecutionError, SurfaceLost
from agent.errors import RecordBusy, RecordError
from agent.recorder import Recorder, load
from agent.runner import resume, run
from agent.settings import RunSettings
from perception.clients.client import Completion
from perception.clients.scripted import ScriptedClient
from perception.geometry import Point
from sandboxes.errors import SandboxCrashed, SandboxError
from sandboxes.painted import PaintedEnvironment
from tests.walk.toy import TASK, BreakingForm, LastingForm, follower, plan, policy_of, say, text_of

NOWHERE = Decision(thought="Click the void", action=LeftClick(at=Point(x=310, y=5)))


async def walk(folder, decisions, *, environment=None, settings=None, client=None, watcher=None, **options):
    environment = environment or PaintedEnvironment()
    client = client or ScriptedClient([say(decision) for decision in decisions])
    events = []
    outcome = await run(
        TASK, environment, policy_of(client, **options), folder, settings, watcher=watcher or events.append
    )
    await environment.close()
    return outcome, events, client


async def test_a_form_is_filled_in_recorded_and_scored_by_its_checker(runs_folder):
    decisions = await plan()
    outcome, events, client = await walk(runs_folder / "one", decisions, client=follower(decisions))
    assert (outcome.kind, outcome.success, outcome.steps, outcome.tokens) == ("finished", True, 5, 600)
    trajectory = load(runs_folder / "one")
    assert trajectory.run.outcome == outcome
    assert trajectory.run.task == TASK
    assert [step.thought for step in trajectory.steps] == [decision.thought for decision in decisions]
    assert [step.action for step in trajectory.steps] == [decision.action for decision in decisions]
    assert trajectory.steps[3].shown_history == ('Focus "Name"', 'Type "Ada"', 'Tick "Agree"')
    assert trajectory.steps[0].replies[0].token_ids == (5, 7)
    assert trajectory.steps[4].after is None
    assert text_of(client.asked[1][0]) == f'{TASK.instruction}\nStep 1: Focus "Name"'
    assert [event.type for event in events] == ["run_started", *["seen", "decided", "step"] * 5, "run_ended"]


async def test_frames_are_stored_once_and_chain_from_step_to_step(runs_folder):
    await walk(runs_folder / "one", await plan())
    steps = load(runs_folder / "one").steps
    assert [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]
    stored = {path.stem for path in (runs_folder / "one" / "images").iterdir()}
    assert stored == {step.before.digest for step in steps}


async def test_success_is_the_checkers_word_and_not_the_models(runs_folder):
    claim = Decision(thought="Finished", action=Terminate(status="success"))
    outcome, _, _ = await walk(runs_folder / "one", [claim])
    assert (outcome.kind, outcome.success) == ("finished", False)
    assert outcome.score is not None
    assert outcome.score.facts == {"pressed": None}


@pytest.mark.parametrize(
    ("action", "kind", "answer"),
    [(Terminate(status="failure"), "gave_up", ""), (Answer(text="42"), "answered", "42")],
)
async def test_the_model_can_give_up_or_answer(runs_folder, action, kind, answer):
    outcome, _, _ = await walk(runs_folder / "one", [Decision(thought="Enough", action=action)])
    assert (outcome.kind, outcome.answer, outcome.reason, outcome.success) == (kind, answer, "Enough", False)


async def test_a_reply_that_does_not_parse_is_told_back_once(runs_folder):
    decisions = await plan()
    client = ScriptedClient(["gibberish", *map(say, decisions)])
    outcome, _, _ = await walk(runs_folder / "one", [], client=client)
    assert (outcome.kind, outcome.success) == ("finished", True)
    first = load(runs_folder / "one").steps[0]
    assert [bool(reply.error) for reply in first.replies] == [True, False]
    told = client.asked[1][-1]
    assert told.role == "user"
    assert first.replies[0].error in text_of(told)
    assert text_of(client.asked[1][-2]) == "gibberish"


async def test_two_replies_that_do_not_parse_end_the_run(runs_folder):
    cut = Completion(text='{"thought": "Cli', finish="length")
    outcome, events, _ = await walk(runs_folder / "one", [], client=ScriptedClient(["gibberish", cut]))
    assert (outcome.kind, outcome.success, outcome.steps) == ("unparsable", False, 1)
    assert "too many tokens" in outcome.reason
    assert load(runs_folder / "one").steps[0].action is None
    assert events[2].error == outcome.reason


@pytest.mark.parametrize(
    ("settings", "kind", "steps"),
    [
        (RunSettings(max_steps=2), "step_limit", 2),
        (RunSettings(max_tokens=300), "token_limit", 3),
        (RunSettings(max_seconds=0.001), "time_limit", 1),
    ],
)
async def test_budgets_end_the_run(runs_folder, settings, kind, steps):
    outcome, _, _ = await walk(runs_folder / "one", await plan(), settings=settings)
    assert (outcome.kind, outcome.steps, outcome.success) == (kind, steps, False)


async def test_the_environment_can_end_the_run(runs_folder):
    task = TASK.model_copy(update={"settings": {**TASK.settings, "ends": True}})
    client = ScriptedClient(map(say, await plan(task)))
    outcome = await run(task, PaintedEnvironment(), policy_of(client), runs_folder / "one")
    assert (outcome.kind, outcome.success, outcome.steps) == ("environment_over", True, 4)


async def test_clicks_that_change_nothing_are_tried_otherwise_and_then_stop(runs_folder):
    client = ScriptedClient([say(NOWHERE)] * 9)
    outcome, _, _ = await walk(runs_folder / "one", [], client=client, settings=RunSettings(stuck_after=4))
    assert (outcome.kind, outcome.steps) == ("stuck", 4)
    assert "changed nothing" in outcome.reason
    steps = load(runs_folder / "one").steps
    assert [step.verdict.expected for step in steps if step.verdict] == [False] * 4
    assert [step.shown_history for step in steps] == [(), (), (), ("Click the void",)]


async def test_the_same_action_on_the_same_screen_is_stuck_even_if_something_moves(runs_folder):
    tick = (await plan())[2]
    outcome, _, _ = await walk(runs_folder / "one", [tick] * 20, settings=RunSettings(stuck_after=3))
    assert (outcome.kind, outcome.steps) == ("stuck", 6)
    assert "same screen" in outcome.reason


async def test_a_model_that_comes_to_itself_goes_on(runs_folder):
    decisions = await plan()
    outcome, _, _ = await walk(runs_folder / "one", [NOWHERE, NOWHERE, *decisions])
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, 7)


async def test_an_action_that_is_refused_is_told_to_the_model(runs_folder):
    def refuse():
        raise ExecutionError("the field is locked")

    client = ScriptedClient(map(say, [NOWHERE, *await plan()]))
    outcome, _, _ = await walk(
        runs_folder / "one", [], environment=BreakingForm({0: refuse}), client=client, prompt="computer_use"
    )
    assert (outcome.kind, outcome.success) == ("finished", True)
    assert load(runs_folder / "one").steps[0].error == "the field is locked"
    assert "the field is locked" in text_of(client.asked[1][-1])
    assert client.asked[1][0].role == "system"


@pytest.mark.parametrize("error", [SurfaceLost("the window is gone"), SandboxCrashed("the page crashed")])
async def test_what_breaks_outside_is_an_outcome_that_can_be_resumed(runs_folder, error):
    def break_down():
        raise error

    folder, decisions = runs_folder / "one", await plan()
    outcome, events, _ = await walk(folder, [], environment=BreakingForm({1: break_down}), client=follower(decisions))
    assert (outcome.kind, outcome.success, outcome.reason) == ("failed", None, str(error))
    assert events[-1].outcome == load(folder).run.outcome == outcome
    events.clear()
    outcome = await resume(folder, PaintedEnvironment(), policy_of(follower(decisions)), watcher=events.append)
    assert (outcome.kind, outcome.success) == ("finished", True)
    assert "opened anew" in events[0].notes[-1]
    steps = load(folder).steps
    assert "opened anew" in steps[1].error
    assert steps[2].shown_history == ()
    assert [step.thought for step in steps[2:]] == [decision.thought for decision in decisions]


async def test_a_model_that_can_not_be_reached_is_an_outcome(runs_folder):
    outcome, _, _ = await walk(runs_folder / "one", (await plan())[:2])
    assert (outcome.kind, outcome.steps) == ("failed", 2)
    assert "was asked for number 3" in outcome.reason


async def test_a_watcher_that_raises_ends_the_run(runs_folder):
    def watcher(event):
        if event.type == "step":
            raise BrokenPipeError("the reader went away")

    with pytest.raises(BrokenPipeError):
        await walk(runs_folder / "one", await plan(), watcher=watcher)
    trajectory = load(runs_folder / "one")
    assert trajectory.run.outcome is not None
    assert trajectory.run.outcome.kind == "failed"
    assert len(trajectory.steps) == 1


class StoppedForm(LastingForm):
    """A form in whose third action somebody stops the run."""

    stop: Callable[[], object]

    async def step(self, action):
        """The action has not happened yet when the stop comes."""
        if len(self.carried_out()) == 2:
            self.stop()
        return await super().step(action)


async def test_a_cancelled_run_is_interrupted_and_goes_on_where_it_was(tmp_path, runs_folder):
    decisions = await plan()

    form = StoppedForm(tmp_path)
    running = asyncio.ensure_future(run(TASK, form, policy_of(follower(decisions)), runs_folder / "one"))
    form.stop = running.cancel
    outcome = await running
    assert (outcome.kind, outcome.success) == ("interrupted", None)
    assert outcome.steps == 2
    events = []
    form = LastingForm(tmp_path)
    outcome = await resume(runs_folder / "one", form, policy_of(follower(decisions)), watcher=events.append)
    assert (outcome.kind, outcome.success) == ("finished", True)
    assert events[0].resumed_at == 2
    ledger = map(json.loads, (runs_folder / "one" / "effects.jsonl").read_text().splitlines())
    settled = [(entry["effect_id"], entry["settled"]) for entry in ledger if entry.get("settled")]
    assert settled == [("one/2", "did_not_happen")], "the form shows that nothing was ticked"
    assert load(runs_folder / "one").steps[2].effect_id == "one/2.2", "a new effect"
    assert len(form.carried_out()) == len(set(form.carried_out())) == 4


async def test_a_run_that_has_ended_gives_its_outcome_again(runs_folder):
    outcome, _, _ = await walk(runs_folder / "one", await plan())
    silent = policy_of(ScriptedClient([]))
    assert await resume(runs_folder / "one", PaintedEnvironment(), silent) == outcome


async def test_a_run_without_checkpoints_goes_on_from_its_record(runs_folder):
    folder, decisions = runs_folder / "one", await plan()
    await walk(folder, decisions[:2])
    for path in folder.glob("graph.sqlite*"):
        path.unlink()
    outcome = await resume(folder, PaintedEnvironment(), policy_of(follower(decisions)))
    assert (outcome.kind, outcome.success, outcome.steps, outcome.tokens) == ("finished", True, 7, 840)


async def test_a_torn_last_line_is_cut_said_and_made_again(tmp_path, runs_folder):
    folder, decisions = runs_folder / "one", await plan()
    form = LastingForm(tmp_path)
    await walk(folder, decisions[:3], environment=form)
    lines = (folder / "steps.jsonl").read_bytes()
    (folder / "steps.jsonl").write_bytes(lines[:-40])
    assert "torn" in load(folder).notes[0]
    assert len(load(folder).steps) == 2
    events = []
    outcome = await resume(folder, form, policy_of(ScriptedClient(map(say, decisions[3:]))), watcher=events.append)
    assert "torn" in events[0].notes[0]
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, 4)
    assert load(folder).notes == ()


async def test_a_run_in_use_or_in_the_way_is_refused(runs_folder):
    folder = runs_folder / "one"
    await walk(folder, (await plan())[:2])
    recorder = Recorder.open(folder)
    with pytest.raises(RecordBusy, match="another process"):
        await resume(folder, PaintedEnvironment(), policy_of(ScriptedClient([])))
    recorder.close()
    with pytest.raises(RecordError, match="holds a run already"):
        await walk(folder, [])


async def test_a_task_that_can_not_begin_writes_nothing(runs_folder):
    task = TASK.model_copy(update={"settings": {"nonsense": 1}})
    with pytest.raises(SandboxError, match="nonsense"):
        await run(task, PaintedEnvironment(), policy_of(ScriptedClient([])), runs_folder / "one")
    assert list(runs_folder.iterdir()) == []


async def test_waiting_may_change_nothing(runs_folder):
    wait = Decision(thought="Wait", action=Wait(seconds=0))
    await walk(runs_folder / "one", [wait, (await plan())[4]])
    step = load(runs_folder / "one").steps[0]
    assert step.verdict is not None
    assert (step.verdict.changed, step.verdict.expected) == (False, True)


async def test_what_is_stored_is_plain_json(runs_folder):
    await walk(runs_folder / "one", await plan())
    names = {path.name for path in (runs_folder / "one").iterdir()}
    assert names == {"run.json", "steps.jsonl", "effects.jsonl", "images", "graph.sqlite"}
    for line in (runs_folder / "one" / "effects.jsonl").read_text().splitlines():
        assert json.loads(line)["type"] in ("intent", "receipt")


class PosingForm(PaintedEnvironment):
    """A form that words its own task."""

    instruction = "Fill me in."


async def test_a_task_without_words_takes_them_from_the_environment(runs_folder):
    decisions = await plan()
    for name, given, said in (("one", "", "Fill me in."), ("two", "My words.", "My words.")):
        client = follower(decisions)
        task = TASK.model_copy(update={"instruction": given})
        await run(task, PosingForm(), policy_of(client), runs_folder / name)
        assert text_of(client.asked[0][0]) == load(runs_folder / name).run.task.instruction == said


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_a_readable_run(runs_folder, repository):
    """A limit on the size of files stands in for a full disk: SQLite hits it first, since its file is the largest."""
    code = f"""
import asyncio, resource, signal
from pathlib import Path
from agent.errors import RecordError
from agent.runner import run
from tests.walk.toy import TASK, PaintedEnvironment, follower, plan, policy_of
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
async def main():
    await run(TASK, PaintedEnvironment(), policy_of(follower(await plan())), Path({str(runs_folder / "one")!r}))
try:
    asyncio.run(main())
except RecordError as error:
    print(error)
"""
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    assert result.stdout.count("\n") == 1, result.stdout + result.stderr
    assert "graph.sqlite can't be written" in result.stdout
    assert result.stderr == ""
    assert load(runs_folder / "one").notes == ()


def test_a_shell_that_is_set_up_for_tracing_sends_nothing(runs_folder, repository):
    """LangGraph would report every node's state to the address in these variables, if it were let."""
    code = f"""
import asyncio
from pathlib import Path
from agent.runner import run
from tests.walk.toy import TASK, PaintedEnvironment, follower, plan, policy_of
async def main():
    return await run(TASK, PaintedEnvironment(), policy_of(follower(await plan())), Path({str(runs_folder / "one")!r}))
print(asyncio.run(main()).kind)
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        tracing = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "key", "LANGSMITH_ENDPOINT": endpoint}
        result = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=repository,
            env={**os.environ, **tracing},
        )
        assert result.stdout == "finished\n"
        with pytest.raises(TimeoutError):
            listener.accept()
