"""How an action is ruled on: by rules and what is under it, and of lasting ones by who looks at the screen too."""

from dataclasses import replace

from actions.action import Action, Type
from actions.risk import IDLE, Under
from agent.guard.guard import Ruling
from agent.guard.holding import Held
from agent.guard.person import is_same_screen
from agent.loop.context import Context
from agent.loop.settling import is_lasting, lasting
from agent.policy import Reading
from perception.observation import Frame, ImageRef
from sandboxes.describing import Describing, point_of


async def ruling_on(action: Action, context: Context, *, effect_id: str, before: ImageRef, url: str) -> Ruling:
    """The ruling on an action that was decided on the screen `before`, at that address."""
    under = await _under(action, before, url, context)
    ruling = context.guard.rule(action, under, context.recorder.steps)
    if context.holding is None or ruling.kind == "deny" or not is_lasting(ruling.risks):
        return ruling
    reason = await _reason(effect_id, action, before, context)
    return ruling.model_copy(update={"kind": "ask", "reason": reason}) if reason else ruling


async def _under(action: Action, before: ImageRef, url: str, context: Context) -> Under:
    """What the action would meet: by whoever knows the place, else as the model reads it from the pixels."""
    under = Under(url=url)
    if action.kind in IDLE:
        return under
    if isinstance(context.environment, Describing):
        under = await context.environment.under(action)
    point = point_of(action)
    if under.role != "unknown" or under.contained or point is None or not isinstance(context.policy, Reading):
        return under
    read = await context.policy.read_at(context.recorder.images.get(before), point)
    return replace(under, texts=(*under.texts, read)) if read else under


async def _reason(effect_id: str, action: Action, before: ImageRef, context: Context) -> str:
    """Why a person has to be asked about something lasting; empty without a reason."""
    assert context.holding is not None
    effects, frame = context.effects, context.recorder.images.get(before)
    earlier = lasting(effects.intents, effects.receipt)
    typed = [step.action.text for step in context.recorder.steps if isinstance(step.action, Type) and not step.error]

    async def look() -> Frame:
        context.view = view = await context.environment.observe()
        return view.frame

    if reason := await context.holding.reason(Held(effect_id, action, frame, before, earlier, typed, look)):
        return reason
    # Reading takes its time: what was read must be what is sent.
    return "" if is_same_screen(frame, await look(), None, whole=True) else "the screen changed while it was read"
