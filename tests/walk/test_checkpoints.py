"""Checkpoints in a file and in a real PostgreSQL: a run goes on from them, they stay small, and what breaks is said."""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from actions.action import Decision, Terminate
from agent.errors import RecordError, SettingsError
from agent.evaluation.bench import loop
from agent.recorder import load
from agent.runner import resume, run
from agent.settings import RunSettings
from agent.settings import load as load_settings
from perception.clients.scripted import ScriptedClient
from sandboxes.painted import PaintedEnvironment
from tests.walk.database import Database
from tests.walk.toy import TASK, LastingForm, follower, plan, policy_of, say

KIB_A_STEP = 16


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    # A socket's path may have 107 bytes, and nobody else may pass pytest's own folder.
    with tempfile.TemporaryDirectory(prefix="handeye-db-") as folder, Database(Path(folder)) as server:
        yield server


def settings_for(url: str, **more) -> RunSettings:
    return RunSettings(checkpoints=SecretStr(url), **more)


def test_checkpoints_in_a_file_stay_small_and_the_loop_costs_little_work():
    figures = loop.measure(60)
    assert float(figures["checkpoint_kib_a_step"]) < KIB_A_STEP
    assert 0 < float(figures["loop_overhead_ms_median"]) <= float(figures["loop_overhead_ms_p99"])


@pytest.mark.slow
async def test_a_run_goes_on_from_a_database(database, tmp_path, runs_folder):
    """The state, not the record, knows the decision that was made and not carried out: nobody is asked for it again."""
    decisions = await plan()

    def stop(event):
        if event.type == "decided" and event.index == 2:
            running.cancel()

    folder, form = runs_folder / "one", LastingForm(tmp_path)
    settings = settings_for(database.url)
    policy = policy_of(follower(decisions))
    running = asyncio.ensure_future(run(TASK, form, policy, folder, settings, stop))
    assert (await running).kind == "interrupted"
    outcome = await resume(folder, form, policy_of(follower(decisions)), settings)
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, 5)
    assert not (folder / "graph.sqlite").exists()
    record = (folder / "run.json").read_text()
    assert "postgresql" not in record, "a password is in no record"


@pytest.mark.slow
async def test_checkpoints_in_a_database_stay_small(database, runs_folder):
    import psycopg

    sizes = []

    def watch(event):
        if event.type == "step":
            with psycopg.connect(database.url) as connection:
                rows = [
                    connection.execute(f"SELECT count(*) FROM {table} WHERE thread_id LIKE 'two %'").fetchone()
                    for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
                ]
            sizes.append(sum(row[0] for row in rows if row))

    tick = (await plan())[2]
    client = ScriptedClient([say(tick)] * 60)
    settings = settings_for(database.url, max_steps=60, stuck_after=999)
    await run(TASK, PaintedEnvironment(), policy_of(client), runs_folder / "two", settings, watch)
    assert max(sizes[30:]) <= 1.5 * max(sizes[:30]), "what is not needed any more is deleted"


@pytest.mark.slow
async def test_a_database_that_is_gone_is_one_sentence_and_the_run_goes_on_without(database, runs_folder):
    decisions, folder = await plan(), runs_folder / "three"

    def stop_it(event):
        if event.type == "step" and event.step.index == 1:
            database.stop()

    try:
        policy = policy_of(follower(decisions))
        with pytest.raises(RecordError, match="database of checkpoints can't be used") as caught:
            await run(TASK, PaintedEnvironment(), policy, folder, settings_for(database.url), stop_it)
        assert "\n" not in str(caught.value)
        assert len(load(folder).steps) == 2
    finally:
        database.start()
    outcome = await resume(folder, PaintedEnvironment(), policy_of(follower(decisions)))
    assert (outcome.kind, outcome.success) == ("finished", True)


async def test_a_database_that_does_not_answer_is_one_sentence(runs_folder):
    url = "postgresql://ada:secret@127.0.0.1:9/none?connect_timeout=2"
    finish = Decision(thought="Finished", action=Terminate(status="success"))
    policy = policy_of(ScriptedClient([say(finish)]))
    with pytest.raises(RecordError, match=r"run\.checkpoints") as caught:
        await run(TASK, PaintedEnvironment(), policy, runs_folder / "one", settings_for(url))
    assert "secret" not in str(caught.value)
    assert json.loads((runs_folder / "one" / "run.json").read_text())["outcome"] is None


def test_another_address_is_refused():
    with pytest.raises(SettingsError, match=r"run\.checkpoints: a database is named as postgresql://HOST/NAME"):
        load_settings(flags={"run.checkpoints": "mysql://nowhere"}, environ={})
