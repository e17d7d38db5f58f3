"""Puts a batch of documents together from the settings: readers, model, environment, ledger; see `agent.booking`."""

import re
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from agent.asking import model_of, policy_from
from agent.booking.batch import Batch, Crew, Mending, Reading, Told, enter_all
from agent.booking.filling import Filling
from agent.booking.ledger import Ledger, Standing
from agent.booking.wanted import Wanted
from agent.events import Watcher
from agent.guard.person import Person
from agent.loop.context import Settle
from agent.policy import Policy
from agent.secrets import open_vault
from agent.settings import Settings
from agent.trajectory import Outcome
from perception.extraction.schema import RecordSchema
from perception.ocr import Recognizer
from sandboxes.environment import Environment
from sandboxes.task import Task
from sandboxes.veil import veiled


def folder_of(runs: Path, documents: Sequence[str], task: Task) -> Path:
    """The folder of the batch of these documents at this place: the same for the same, so that it is gone on with.

    The instruction and the schema may be worded anew: they make it no other batch, and nothing is entered again.
    """
    places = sorted(str(Path(named).resolve()) for named in documents)
    where = [*places, task.environment, task.url, str(task.settings.get("launch", ""))]
    name = re.sub(r"[^a-z0-9]+", "-", Path(places[0]).name.lower()).strip("-")[:40] or "documents"
    return runs / f"batch-{name}-{sha256('|'.join(where).encode()).hexdigest()[:10]}"


async def enter(
    task: Task,
    files: Sequence[Path],
    schema: RecordSchema,
    environment: Environment,
    settings: Settings,
    folder: Path,
    *,
    listed: str,
    reading: Reading,
    eye: Recognizer,
    watcher: Watcher,
    told: Told,
    person: Person | None,
    settle: Settle | None,
    mending: Mending | None,
    anew: bool = False,
) -> tuple[Outcome | None, tuple[Standing, ...]]:
    """Enter the files, and leave nothing running but the readers; how far each came, and what ended the batch early.

    anew: see `agent.booking.batch.Batch`.
    Raises what `enter_all` raises, and what `model_of` and `open_vault` raise.
    """
    try:
        vault = open_vault(settings.secrets, task.instruction)
        task = task.model_copy(update={"instruction": vault.scrubber.scrub(task.instruction)})
        batch = Batch(task=task, schema=schema, listed=listed, anew=anew, settings=settings.run, rules=settings.guard)
        async with model_of(settings.model) as model:
            policy = policy_from(model, asked=settings.model.name, num_recent=settings.run.num_recent, told=vault.told)

            def deciding(wanted: Sequence[Wanted]) -> Policy:
                # What is asked in the compact style takes one request at a time, and can't plan a form.
                return Filling(policy, wanted, eye, task.instruction) if model.prompt == "compact" else policy

            with closing(Ledger(folder)) as ledger:
                crew = Crew(
                    environment=veiled(environment, vault),
                    deciding=deciding,
                    reading=reading,
                    eye=eye,
                    person=person,
                    settle=settle,
                    mending=mending,
                    watcher=watcher,
                )
                outcome = await enter_all(batch, files, ledger, crew, told)
        known = {sha256(path.read_bytes()).hexdigest() for path in files}
        return outcome, tuple(one for one in ledger.standings.values() if one.document in known)
    finally:
        await environment.close()
