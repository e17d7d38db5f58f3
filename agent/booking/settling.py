"""What came of a document's run, by what the run did, the screen after it, the list of what was entered, and a person.

    nothing was sent                                          not entered: it may be tried again
    the screen after it says that it was entered              entered
    the list shows it                                         entered
    the list does not, and shows another that was entered     not entered
    it was sent once, the run finished, nobody could look     sent: it is not tried again
    a person says so                                          entered, or not
    anything else                                             unknown: it is not tried again

A run that was killed is judged in the same way, by what it left on disk.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agent.booking.ledger import Receipt, Standing, State
from agent.booking.looking import Glance, Listing, confirmed
from agent.booking.wanted import Wanted
from agent.effects import FILE_NAME, Intent, entries
from agent.effects import Receipt as Effect
from agent.guard.question import FOLDER, Answer
from agent.journal import read_lines
from agent.loop.context import Settle
from agent.loop.settling import lasting
from agent.recorder import RUN_FILE, image_store, read_run
from agent.trajectory import Outcome
from perception.observation import ImageRef, Observation
from perception.ocr import Recognizer
from sandboxes.environment import Environment


class Judges(NamedTuple):
    """Whoever can tell what came of a run."""

    eye: Recognizer
    environment: Environment
    listing: Listing | None = None
    on_its_way: float = 0.0
    """Seconds since a run was last heard of, before which the list may not show yet what it sent."""
    settle: Settle | None = None
    """The person, who is asked last."""


class _Left(NamedTuple):
    """What a run left on disk."""

    sent: tuple[tuple[Intent, Effect | None], ...]
    """Everything that may have sent something, with its receipt."""
    by_hand: bool
    """Whether a person took over, who answers to no guard."""
    outcome: Outcome | None


async def settle(
    standing: Standing, folder: Path, wanted: Sequence[Wanted], control: Sequence[Wanted], judges: Judges
) -> Receipt:
    """The receipt of a document's run that has ended or was cut; folder: the run's, which need not be there.

    control: a record that was entered, for the list. Raises RecordError for a run that was changed, SandboxError when
    the list can't be looked at.
    """
    left = _left_by(folder)
    receipt = Receipt(document=standing.document, run=folder.name, state="unknown", by="run")
    claims = left.outcome is not None and left.outcome.kind == "finished"
    if not left.sent and not left.by_hand and not claims:
        return receipt.model_copy(update={"state": "not_entered", "said": _why(left.outcome)})
    image = _last_image(left)
    if image and not left.by_hand:
        frame = image_store(folder).get(image)
        glance = await asyncio.to_thread(confirmed, frame, wanted, judges.eye)
        if glance.there:
            seen = {"state": "entered", "by": "screen", "said": glance.said, "image": image.digest}
            return receipt.model_copy(update=seen)
    glance = Glance(None)
    if judges.listing is not None:
        await _wait(folder, judges.on_its_way)
        glance = await judges.listing.look(wanted, control)
        if glance.there is False and (left.by_hand or _was_otherwise(left, standing)):
            glance = glance._replace(there=None, said="it was sent with other values, which the list was not asked for")
        if glance.there is not None:
            state: State = "entered" if glance.there else "not_entered"
            return receipt.model_copy(update={"state": state, "by": "list", "said": glance.said})
    if image and claims and not left.by_hand:
        return receipt.model_copy(update={"state": "sent", "said": glance.said})
    answer = await _asked(left, glance.view, judges)
    if answer is not None:
        return receipt.model_copy(update={"state": "entered" if answer else "not_entered", "by": "asked"})
    return receipt.model_copy(update={"said": glance.said})


def _left_by(folder: Path) -> _Left:
    if not (folder / RUN_FILE).exists():  # It was cut before it began.
        return _Left((), False, None)
    intents: list[Intent] = []
    receipts: dict[str, Effect] = {}
    for entry in entries(folder, read_lines(folder / FILE_NAME).whole):
        if isinstance(entry, Intent):
            intents.append(entry)
        else:
            receipts[entry.effect_id] = entry
    sent = tuple((one, receipts.get(one.effect_id)) for one in lasting(intents, receipts.get))
    answers = (Answer.model_validate_json(path.read_bytes()) for path in (folder / FOLDER).glob("*.answer.json"))
    by_hand = any(answer.kind == "take_over" for answer in answers)
    return _Left(sent, by_hand, read_run(folder).outcome)


def _last_image(left: _Left) -> ImageRef | None:
    """The screen after what was sent last; None where the run was cut in it."""
    receipt = left.sent[-1][1] if left.sent else None
    return None if receipt is None or receipt.error else receipt.after


def _was_otherwise(left: _Left, standing: Standing) -> bool:
    """Whether something was sent though it differed from the record, as a person may approve."""
    differing = {screen.effect_id for screen in standing.screens if screen.reason}
    return any(intent.effect_id in differing for intent, _ in left.sent)


async def _wait(folder: Path, seconds: float) -> None:
    """Until the run has been silent for so long."""
    await asyncio.sleep(max(0.0, seconds - (time.time() - (folder / FILE_NAME).stat().st_mtime)))


async def _asked(left: _Left, view: Observation | None, judges: Judges) -> bool | None:
    if judges.settle is None or not left.sent:
        return None
    return await judges.settle(left.sent[-1][0], view or await judges.environment.observe())


def _why(outcome: Outcome | None) -> str:
    if outcome is None:
        return "the run was cut before it sent anything"
    return f"the run sent nothing ({outcome.kind}{': ' if outcome.reason else ''}{outcome.reason})"
