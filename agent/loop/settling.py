"""Settles what a run that was killed leaves open: an action that was about to be carried out, and nothing more.

    the world is still there, and the screen changed as it should        happened
    it did not, and the action would have shown on it and nowhere else   did_not_happen: it may be done, as a new effect
    the world had to be opened anew, and nothing else was touched        gone
    anything else                                                        unknown: whoever can tell is asked

What nobody can tell counts as having happened. An action that may do something lasting (send, buy, delete, publish,
run) is never repeated where an earlier one stands that the model is not told of, or that nobody could settle.
"""

import asyncio
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from actions.action import Action
from actions.risk import IDLE, Risk
from agent.effects import Intent, Receipt, Settled
from agent.loop.context import Context
from agent.verifier import verify
from perception.geometry import Point
from perception.observation import Observation
from sandboxes.describing import point_of

AGAIN_SECONDS = 0.3
"""Between two looks at a screen that has not changed: what is under way may still show."""
NEAR = 32
"""Pixels, each way, within which two clicks are held to hit the same thing."""
_LASTING: frozenset[Risk] = frozenset({"sending", "buying", "deleting", "publishing", "running"})
_ERRORS: dict[Settled, str] = {
    "unknown": "The run was cut while this was carried out, and nobody can tell whether it happened: it counts as "
    "having happened and is not repeated.",
    "gone": "The run was cut while this was carried out, and the page had to be opened anew.",
}


def is_lasting(risks: Iterable[Risk]) -> bool:
    """Whether it may outlast the screen that it is done on, and may not be done twice. A sign-in may be."""
    every = set(risks)
    found = _LASTING & every
    if found == {"sending"} and "credentials" in every:
        return False
    return bool(found)


def lasting(intents: Iterable[Intent], receipt_of: Callable[[str], Receipt | None]) -> tuple[Intent, ...]:
    """Those that are lasting and were carried out, or may have been; receipt_of: the receipt of an effect's name."""
    return tuple(one for one in intents if is_lasting(one.risks) and _may_stand(receipt_of(one.effect_id)))


def _may_stand(receipt: Receipt | None) -> bool:
    """Whether what has this receipt, or none, may have happened."""
    return receipt is None or not (receipt.settled in ("did_not_happen", "stands") or receipt.info.get("sent") == 0)


async def settle(effect_id: str, context: Context) -> Receipt:
    """Find out what came of an intent without a receipt, and write it into the ledger as one.

    Raises what the environment raises when it can't be looked at, and RecordError.
    """
    intent = context.effects.intent(effect_id)
    assert intent is not None
    settled, by = await _by_screen(intent, context), "screen"
    if settled == "unknown" and context.settle is not None:
        told = await context.settle(intent, await context.look())
        if told is not None:
            settled, by = ("happened" if told else "did_not_happen"), "asked"
    receipt = await _receipt(intent, settled, by, context)
    context.effects.write(receipt)
    return receipt


async def settle_all(context: Context, *, but: str = "") -> None:
    """Settle every open intent other than `but`: those that no checkpoint leads back to."""
    for intent in context.effects.intents:
        if intent.effect_id != but and context.effects.receipt(intent.effect_id) is None:
            await settle(intent.effect_id, context)


async def standing(intent: Intent, shown_from: int, context: Context) -> Receipt | None:
    """The receipt of an action that is not carried out because it would repeat something lasting; None where nothing
    stands against it.
    """
    if not is_lasting(intent.risks):
        return None
    shown = {step.effect_id for step in context.recorder.steps[shown_from:]}
    earlier = next((one for one in context.effects.intents if _stands(one, intent, shown, context)), None)
    if earlier is None:
        return None
    receipt = context.effects.receipt(earlier.effect_id)
    unknown = receipt is None or receipt.settled == "unknown"
    if unknown and context.settle is not None and await context.settle(earlier, await context.look()) is False:
        return None
    did = "may have been carried out" if unknown else "was carried out"
    error = f"This {did} earlier in this run, before it was cut, and lasts: it is not done twice."
    return Receipt(effect_id=intent.effect_id, error=error, settled="stands", info={"settled": "stands"})


async def _by_screen(intent: Intent, context: Context) -> Settled:
    if context.fresh:
        return "unknown" if is_lasting(intent.risks) or intent.schema_version == 1 else "gone"
    if intent.before is None:
        return "unknown"
    settled = await _changed(intent, context)
    if settled == "did_not_happen":
        await asyncio.sleep(AGAIN_SECONDS)
        context.view = None
        settled = await _changed(intent, context)
    return settled


async def _changed(intent: Intent, context: Context) -> Settled:
    """By the frame before and the screen as it is now, and by what an action of this kind should make it do."""
    assert intent.before is not None
    before = context.recorder.images.get(intent.before)
    verdict = verify(before, (await context.look()).frame, intent.action)
    if verdict.changed:
        return "happened"
    if intent.action.kind in IDLE:
        return "did_not_happen"
    # Sent and not answered yet looks as never sent does; and what may rightly change nothing tells nothing.
    return "unknown" if is_lasting(intent.risks) or verdict.expected else "did_not_happen"


async def _receipt(intent: Intent, settled: Settled, by: str, context: Context) -> Receipt:
    """As if it had been written at the time, and saying that it was not."""
    error = _ERRORS.get(settled, "")
    info = {"settled": settled, "settled_by": by}
    receipt = Receipt(effect_id=intent.effect_id, error=error, settled=settled, settled_by=by, info=info)
    if context.fresh or settled == "did_not_happen":
        return receipt
    view: Observation = await context.look()
    after = context.recorder.images.put(view.frame)
    return receipt.model_copy(update={"after": after, "url": view.url, "notes": view.notes})


def _stands(earlier: Intent, intent: Intent, shown: set[str], context: Context) -> bool:
    """Whether it has a lasting effect that this one would repeat, and that the model can't know of for sure."""
    receipt = context.effects.receipt(earlier.effect_id)
    if earlier.effect_id == intent.effect_id or not is_lasting(earlier.risks) or not _repeats(intent, earlier):
        return False
    if receipt is None or not _may_stand(receipt):
        return receipt is None
    # What only somebody else could tell does not show, so the model may come to it again.
    return receipt.settled == "unknown" or receipt.settled_by == "asked" or earlier.effect_id not in shown


def _repeats(intent: Intent, earlier: Intent) -> bool:
    """Whether two actions do the same: by kind, page, place and what they hit says. It errs on the side of yes."""
    if intent.action.kind != earlier.action.kind or _page(intent.url) != _page(earlier.url):
        return False
    if intent.texts and earlier.texts:
        return intent.texts == earlier.texts
    return _same_place(intent.action, earlier.action)


def _same_place(one: Action, other: Action) -> bool:
    here, there = point_of(one), point_of(other)
    if here is None or there is None:
        return one == other
    return _is_near(here, there)


def _is_near(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) <= NEAR and abs(one.y - other.y) <= NEAR


def _page(url: str) -> tuple[str, str]:
    """Host and path: what follows them may be another one each time."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, ""
    return parts.netloc, parts.path
