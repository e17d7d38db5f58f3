"""A run that is cut while it sends: what is found out about it, and that nothing is sent twice."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from actions.action import Action
from actions.risk import Under
from agent.effects import Intent
from agent.recorder import load
from agent.runner import resume, run
from agent.trajectory import Outcome
from sandboxes.environment import Transition
from sandboxes.painted import PaintedEnvironment
from tests.walk.toy import TASK, LastingForm, follower, plan, policy_of


class CutForm(LastingForm):
    """Sends when its button is clicked, and is cut before or after that, before anything shows; lasts or not."""

    def __init__(self, folder: Path, *, lasts: bool) -> None:
        super().__init__(folder)
        self.sent = folder / "sent.txt"
        self.cut_before: Callable[[], object] | None = None
        self.cut_after: Callable[[], object] | None = None
        self._lasts = lasts

    async def step(self, action: Action) -> Transition:
        """Sends, then shows it."""
        if (await PaintedEnvironment.under(self, action)).role == "button" and action.kind == "left_click":
            await self._cut(self.cut_before)
            with self.sent.open("a") as file:
                file.write("sent\n")
            await self._cut(self.cut_after)
        return await super().step(action)

    async def under(self, action: Action) -> Under:
        """The button sends something away."""
        met = await super().under(action)
        return Under(role=met.role, texts=met.texts, url=met.url, submits=met.role == "button")

    async def reattach(self, task):
        """Gone where it does not last."""
        return await super().reattach(task) if self._lasts else None

    async def _cut(self, cut: Callable[[], object] | None) -> None:
        if cut is not None:
            cut()
            await asyncio.sleep(1)

    @property
    def num_sent(self) -> int:
        """How often it was sent, over all processes."""
        return len(self.sent.read_text().splitlines()) if self.sent.exists() else 0


class Cut:
    """One run that was cut while it sent, and what is left of it."""

    def __init__(self, place: Path) -> None:
        self.place, self.folder, self.asked = place, place / "run", list[Intent]()

    async def begin(self, *, lasts: bool, after: bool) -> None:
        form, policy = CutForm(self.place, lasts=lasts), policy_of(follower(await plan()))
        running = asyncio.ensure_future(run(TASK, form, policy, self.folder))
        form.cut_after, form.cut_before = (running.cancel, None) if after else (None, running.cancel)
        assert (await running).kind == "interrupted"
        assert form.num_sent == after

    async def go_on(self, *, lasts: bool, told: bool | None, by: bool = True) -> tuple[Outcome, int]:
        async def settle(intent, observation):
            self.asked.append(intent)
            return told

        form = CutForm(self.place, lasts=lasts)
        policy = policy_of(follower(await plan()))
        outcome = await resume(self.folder, form, policy, settle=settle if by else None)
        return outcome, form.num_sent

    def settled(self) -> list[tuple[str, str]]:
        lines = map(json.loads, (self.folder / "effects.jsonl").read_text().splitlines())
        return [(line["settled"], line["settled_by"]) for line in lines if line.get("settled")]


@pytest.mark.parametrize("lasts", [True, False])
@pytest.mark.parametrize("after", [True, False])
async def test_who_is_asked_tells_and_it_is_sent_once(tmp_path, lasts, after):
    cut = Cut(tmp_path)
    await cut.begin(lasts=lasts, after=after)
    outcome, num_sent = await cut.go_on(lasts=lasts, told=after)
    assert (outcome.kind, num_sent) == ("finished", 1)
    assert [intent.action.kind for intent in cut.asked] == ["left_click"]
    assert cut.settled()[0] == ("happened" if after else "did_not_happen", "asked")
    assert outcome.success is (not after), "what was sent in the cut never showed"


@pytest.mark.parametrize("lasts", [True, False])
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("by", [True, False])
async def test_what_nobody_can_tell_counts_as_done_and_is_said(tmp_path, lasts, after, by):
    cut = Cut(tmp_path)
    await cut.begin(lasts=lasts, after=after)
    outcome, num_sent = await cut.go_on(lasts=lasts, told=None, by=by)
    assert (outcome.kind, num_sent) == ("finished", after)
    steps = load(cut.folder).steps
    (unknown,) = [step for step in steps if step.info.get("settled") == "unknown"]
    assert "nobody can tell whether it happened" in unknown.error
    stands = [step for step in steps if step.info.get("settled") == "stands"]
    assert len(stands) == (not lasts), "the form that was opened anew is filled in again, and not sent"


async def test_a_model_that_insists_does_not_send_again(tmp_path):
    cut = Cut(tmp_path)
    await cut.begin(lasts=True, after=True)
    press = (await plan())[3]
    form = CutForm(tmp_path, lasts=True)
    outcome = await resume(cut.folder, form, policy_of(follower([press])))
    assert (outcome.kind, form.num_sent) == ("stuck", 1)
    assert "not done twice" in outcome.reason
