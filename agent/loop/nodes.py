"""The nodes of the loop, in the order of a round: perceive, think, guard, ask, act, verify, record, recover.

A node that was killed runs again from its top, so each is written to find what its earlier self left: `think`
and `act` look again when they hold no view, `act` reads the ledger before it does anything, `record` knows a
step that is on disk.
"""

import re
from time import perf_counter, time
from typing import Any, cast

from langgraph.runtime import Runtime

from actions.action import Decision
from actions.errors import ActionError, SurfaceLost
from agent import recovery
from agent.deed import words_for
from agent.effects import Intent, Receipt
from agent.events import Answered, Asked, Decided, Seen, StepRecorded
from agent.guard.guard import Ruling
from agent.guard.person import crop_of, is_same_screen, place_of, wait_for_answer
from agent.guard.question import Question
from agent.loop.context import Context
from agent.loop.ending import ending_of
from agent.loop.ruling import ruling_on
from agent.loop.settling import settle, standing
from agent.loop.state import EMPTY_ROUND, State
from agent.loop.steering import steered, told
from agent.policy import Choice, Situation
from agent.recorder import now
from agent.trajectory import Reply, Step, StepTimings, Verdict
from agent.verifier import verify as verify_frames
from perception.observation import ImageRef, Observation
from sandboxes.describing import Describing

WORLDLESS = ("terminate", "answer")
"""Kinds that change nothing in the world: they are not carried out."""

Update = dict[str, Any]

_DROPPED: Update = {"decision": None, "replies": [], "receipt": None, "question": "", "answer": None}
"""Of a decision that is not carried out: the round begins again."""


async def perceive(state: State, runtime: Runtime[Context]) -> Update:
    """Look at the screen, store the frame, and begin the round."""
    return await _see(state, runtime.context)


async def think(state: State, runtime: Runtime[Context]) -> Update:
    """Ask the policy what comes next."""
    context = runtime.context
    update = await _see(state, context) if context.view is None or context.fresh else {}
    state = cast(State, {**state, **update})
    if state["taken_over"]:
        return update | await _by_hand(state, context)
    begun = perf_counter()
    choice = await context.policy.decide(await _situation(state, context))
    timings = {**state["timings"], "think_ms": _ms(begun)}
    _tell_decided(context, state["index"], choice, timings["think_ms"])
    tokens = state["tokens"] + sum(reply.usage.total_tokens for reply in choice.replies)
    if put_aside := await steered(state, choice.decision, context):
        return update | put_aside | {"tokens": tokens}
    return update | {
        "decision": choice.decision.model_dump(mode="json") if choice.decision else None,
        "effect_id": context.effects.new_id(f"{context.run_id}/{state['index']}"),
        "replies": [reply.model_dump(mode="json") for reply in choice.replies],
        "shown_history": list(choice.shown_history),
        "timings": timings,
        "tokens": tokens,
    }


async def guard(state: State, runtime: Runtime[Context]) -> Update:
    """Rule on the decision, by the action and what is under it. What a person does is theirs to answer for."""
    context = runtime.context
    if state["actor"] == "human":
        return {"ruling": Ruling(kind="allow").model_dump(mode="json")}
    begun = perf_counter()
    ruling = await ruling_on(
        _decision(state).action, context, effect_id=state["effect_id"], before=_before(state), url=state["url"]
    )
    timings = {**state["timings"], "guard_ms": _ms(begun)}
    return {"ruling": ruling.model_dump(mode="json"), "timings": timings}


async def ask(state: State, runtime: Runtime[Context]) -> Update:
    """Ask a person and wait. Nothing is done here: `act` checks that the answer still fits before it acts."""
    context, begun = runtime.context, perf_counter()
    if context.fresh:  # What was decided on is no longer there.
        return {"decision": None, "replies": []}
    question = context.questions.ask(_question(state, context))
    context.emit(Asked(run_id=context.run_id, question=question))
    frame = context.recorder.images.get(question.before)
    answer = await wait_for_answer(context.questions, question, context.person, frame)
    context.without(perf_counter() - begun)
    context.emit(Answered(run_id=context.run_id, answer=answer))
    update: Update = {"question": question.id, "answer": answer.model_dump(mode="json")}
    update["timings"] = {**state["timings"], "wait_ms": _ms(begun)}
    if answer.kind == "take_over":
        return update | {"taken_over": True, "decision": None}
    if answer.kind == "edit" and answer.action is not None:
        decision = _decision(state).model_copy(update={"action": answer.action})
        update |= {"decision": decision.model_dump(mode="json"), "actor": "human"}
    return update


async def act(state: State, runtime: Runtime[Context]) -> Update:
    """Carry out the decision once, between an intent and a receipt in the ledger.

    After a crash: with a receipt it was carried out, and with an intent alone it may have been, so that is settled
    first; what did not happen is decided anew. With neither, the decision holds while the screen is the one it was for.
    """
    context = runtime.context
    effect_id = state["effect_id"]
    receipt = context.effects.receipt(effect_id)
    if receipt is None and context.effects.intent(effect_id) is not None:
        receipt = await settle(effect_id, context)
    elif receipt is None and (context.fresh or await _moved_on(state, context) or await _outdated(state, context)):
        return _DROPPED
    elif receipt is None:
        receipt = await _carry_out(state, context)
    if receipt.settled == "did_not_happen":
        return _DROPPED
    timings = {**state["timings"], "act_ms": receipt.act_ms}
    return {"receipt": receipt.model_dump(mode="json"), "timings": timings}


async def verify(state: State, runtime: Runtime[Context]) -> Update:
    """Compare the frames before and after."""
    begun = perf_counter()
    images = runtime.context.recorder.images
    receipt = Receipt.model_validate(state["receipt"])
    if receipt.after is None:
        return {"verdict": None}
    before = images.get(_before(state))
    verdict = verify_frames(before, images.get(receipt.after), _decision(state).action)
    timings = {**state["timings"], "verify_ms": _ms(begun)}
    return {"verdict": verdict.model_dump(mode="json"), "timings": timings}


async def record(state: State, runtime: Runtime[Context]) -> Update:
    """Put the step on disk, then see whether the run is over."""
    context = runtime.context
    steps = context.recorder.steps
    if state["index"] == len(steps):
        context.emit(StepRecorded(run_id=context.run_id, step=context.recorder.append(_step(state, context))))
    step = steps[state["index"]]
    seconds = context.seconds()
    over = "" if state["receipt"] is None else state["receipt"]["over"]
    ending = ending_of(step, over, context.settings, seconds=seconds, tokens=state["tokens"])
    return {
        "index": state["index"] + 1,
        "seconds": seconds,
        "ending": None if ending is None else ending._asdict(),
    }


async def recover(state: State, runtime: Runtime[Context]) -> Update:
    """Judge the row of steps: go on, try otherwise, or stop."""
    context = runtime.context
    steps = context.recorder.steps[state["shown_from"] :]
    advice = recovery.advise(steps, context.settings.stuck_after)
    update: Update = {"attempt": advice.attempt, "advice": [advice.note] if advice.note else []}
    if advice.stop:
        update["ending"] = {"kind": "stuck", "reason": advice.reason, "answer": ""}
    return update


async def _see(state: State, context: Context) -> Update:
    begun = perf_counter()
    observation = await context.look()
    image = context.recorder.images.put(observation.frame)
    see_ms = _ms(begun)
    update: Update = {
        **EMPTY_ROUND,
        "before": image.model_dump(),
        "url": observation.url,
        "page_notes": list(observation.notes),
        "timings": {"see_ms": see_ms},
    }
    if context.fresh:
        context.fresh = False
        update |= {"shown_from": state["index"], "attempt": 0, "advice": [], "info": {"fresh": True}}
    context.emit(Seen(run_id=context.run_id, index=state["index"], image=image, url=observation.url, see_ms=see_ms))
    return update


async def _situation(state: State, context: Context) -> Situation:
    task = context.recorder.run.task
    return Situation(
        instruction=task.instruction,
        observation=await context.look(),
        surface=context.environment.surface,
        steps=tuple(context.recorder.steps[state["shown_from"] :]),
        images=context.recorder.images,
        notes=(*(f"The person adds: {words}" for words in told(state)), *state["advice"]),
        attempt=state["attempt"],
        seed=task.seed,
        max_seconds=context.settings.max_seconds - context.seconds(),
    )


async def _carry_out(state: State, context: Context) -> Receipt:
    """An action that is refused or breaks is a fact for the model to read; a surface that is gone ends the
    run.
    """
    effect_id = state["effect_id"]
    action = _decision(state).action
    intent = _intent(state)
    if stands := await standing(intent, state["shown_from"], context):
        context.effects.write(stands)
        return stands
    context.effects.write(intent)
    begun = perf_counter()
    over, error, info = "", "", {}
    try:
        transition = await context.environment.step(action)
        context.view, info = transition.observation, transition.info
        over = "terminated" if transition.terminated else "truncated" if transition.truncated else ""
    except SurfaceLost:
        raise
    except ActionError as refused:
        error = str(refused)
        context.view = await context.environment.observe()
    receipt = _receipt(effect_id, context.view, context, over=over, error=error, info=info, act_ms=_ms(begun))
    context.effects.write(receipt)
    return receipt


def _intent(state: State) -> Intent:
    ruling = state["ruling"] or {}
    return Intent(
        effect_id=state["effect_id"],
        action=_decision(state).action,
        question=state["question"],
        before=_before(state),
        url=state["url"],
        risks=ruling.get("risks", ()),
        texts=ruling.get("texts", ()),
    )


def _receipt(effect_id: str, view: Observation, context: Context, **fields: Any) -> Receipt:
    after = context.recorder.images.put(view.frame)
    return Receipt(effect_id=effect_id, after=after, url=view.url, notes=view.notes, **fields)


async def _moved_on(state: State, context: Context) -> bool:
    """Whether a process that has not looked yet sees another screen than the decision was made on."""
    return context.view is None and (await context.look()).frame.digest != _before(state).digest


async def _outdated(state: State, context: Context) -> bool:
    """Whether an answer can't be acted on: it was used, or the screen that it was given for is no longer there."""
    question = context.questions.get(state["question"]) if state["question"] else None
    if question is None:
        return False
    if context.effects.used(question.id) or question.is_over:
        return True
    context.view = view = await context.environment.observe()
    before, action = context.recorder.images.get(question.before), _decision(state).action
    whole = context.guard.rules.questions.screen == "whole"
    same = is_same_screen(before, view.frame, place_of(action, before), whole=whole)
    if same and view.url == question.url:
        return False
    context.questions.spend(question.id)
    return True


async def _by_hand(state: State, context: Context) -> Update:
    """What the person does, or the end of their takeover."""
    person, begun = context.person, perf_counter()
    task = context.recorder.run.task
    action = None if person is None else await person.act(task.instruction, await context.look())
    context.without(perf_counter() - begun)
    if action is None:
        return {"decision": None, "actor": "human", "taken_over": False}
    under = await context.environment.under(action) if isinstance(context.environment, Describing) else None
    return {
        "decision": Decision(thought=words_for(action, under), action=action).model_dump(mode="json"),
        "actor": "human",
        "effect_id": context.effects.new_id(f"{context.run_id}/{state['index']}"),
    }


def _question(state: State, context: Context) -> Question:
    ruling, decision, before = Ruling.model_validate(state["ruling"]), _decision(state), _before(state)
    frame = context.recorder.images.get(before)
    box, asked = place_of(decision.action, frame), time()
    return Question(
        id=re.sub(r"[^A-Za-z0-9._-]", "-", state["effect_id"]),
        run_id=context.run_id,
        step=state["index"],
        action=decision.action,
        thought=decision.thought,
        reason=ruling.reason,
        risks=ruling.risks,
        texts=ruling.texts,
        url=state["url"],
        before=before,
        box=box,
        crop=crop_of(frame, box).digest,
        asked_at=asked,
        expires_at=asked + context.patience,
    )


def _refusal(state: State) -> str:
    """Why nothing was carried out, in words for the model; empty where it was."""
    ruling, answer = state["ruling"], state["answer"]
    if ruling is not None and ruling["kind"] == "deny":
        return f"It was refused: {ruling['reason']}."
    if answer is not None and answer["kind"] == "refuse":
        said = answer["reason"]
        return f"A person was asked and refused{': ' + said if said else ''} ({ruling['reason'] if ruling else ''})."
    return ""


def _step(state: State, context: Context) -> Step:
    receipt = None if state["receipt"] is None else Receipt.model_validate(state["receipt"])
    decision = None if state["decision"] is None else _decision(state)
    carried_out = receipt is not None
    return Step(
        index=state["index"],
        time=now(),
        actor="human" if state["actor"] == "human" else "model",
        policy=context.policy.identity.policy,
        effect_id=state["effect_id"] if carried_out else "",
        before=_before(state),
        after=receipt.after if receipt else None,
        url=state["url"],
        shown_history=tuple(state["shown_history"]),
        replies=tuple(Reply.model_validate(reply) for reply in state["replies"]),
        thought=decision.thought if decision else "",
        action=decision.action if decision else None,
        error=receipt.error if receipt else _refusal(state),
        verdict=None if state["verdict"] is None else Verdict.model_validate(state["verdict"]),
        timings=StepTimings(**state["timings"]),
        info={
            **state["info"],
            **(receipt.info if receipt else {}),
            **_page_notes(state, receipt),
            **_ruled(state),
            **({"told": told(state)} if told(state) else {}),
        },
    )


def _ruled(state: State) -> dict[str, Any]:
    """The ruling where it says anything, and how the question about it was answered."""
    ruling, answer = state["ruling"], state["answer"]
    if ruling is None or not (ruling["risks"] or ruling["reason"] or ruling["texts"]):
        return {}
    asked = {"question": state["question"], "answer": answer["kind"], "by": answer["by"]} if answer else {}
    return {"guard": {**ruling, **asked}}


def _page_notes(state: State, receipt: Receipt | None) -> dict[str, Any]:
    """What the environment said beside the frames: before the first look at a world, and after every action."""
    first = state["index"] == 0 or state["info"].get("fresh")
    notes = [*(state["page_notes"] if first else ()), *(receipt.notes if receipt else ())]
    return {"notes": notes} if notes else {}


def _tell_decided(context: Context, index: int, choice: Choice, think_ms: float) -> None:
    decision = choice.decision
    context.emit(
        Decided(
            run_id=context.run_id,
            index=index,
            thought=decision.thought if decision else "",
            action=decision.action if decision else None,
            think_ms=think_ms,
            error="" if decision else choice.replies[-1].error if choice.replies else "there was no reply",
        )
    )


def _before(state: State) -> ImageRef:
    return ImageRef.model_validate(state["before"])


def _decision(state: State) -> Decision:
    return Decision.model_validate(state["decision"])


def _ms(begun: float) -> float:
    return round((perf_counter() - begun) * 1000, 3)
