"""An agent with the contract of OSWorld's own runner, driven by a policy of ours.

    agent = OSWorldAgent(ModelPolicy(client, codec("qwen3vl")))
    agent.reset(logger, vm_ip=...)
    response, actions = agent.predict(instruction, observation)

Every prediction has exactly one action, so the runner always looks again: an empty list would leave it the old
picture. Failure is FAIL, what tells an infeasible task from a finished one. Scrolls turn the wheel at their point,
drags begin at their start, waits take their time, and coordinates go through the one grid of the model's codec.

Needs only what a policy needs (no torch, no graph), so it runs in the environment of `desktop_env`.
"""

import asyncio
import logging
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actions.action import Action
from actions.errors import ActionUnsupported
from agent.policy import Choice, Policy, Situation
from agent.trajectory import Step
from agent.verifier import verify
from perception.image_store import ImageStore
from perception.observation import Frame, Observation
from perception.screenshot import decode_png
from sandboxes.osworld.code import code_of

LOOK_AGAIN = "WAIT"
"""What is done where there is no action: time passes, and the runner looks."""
log = logging.getLogger(__name__)


class OSWorldAgent:
    """One episode at a time; `reset` begins the next."""

    def __init__(self, policy: Policy, *, seed: int = 0) -> None:
        """seed: for the policy's sampling. Pictures are kept in a folder that goes with the agent."""
        self._policy = policy
        self._seed = seed
        self._folder = tempfile.TemporaryDirectory(prefix="handeye-osworld-")
        self._runner = asyncio.Runner()
        self._images = ImageStore(Path(self._folder.name), num_kept=8)
        self._log: logging.Logger = log
        self.steps: list[Step] = []
        """Of this episode so far; the last one is not verified before the next picture comes."""

    def reset(self, logger: logging.Logger | None = None, vm_ip: str | None = None, **_: Any) -> None:
        """Forget the last episode. logger: where this one's replies are told; vm_ip: of the guest, not asked."""
        self._log = logger or log
        self.steps = []

    def predict(self, instruction: str, observed: dict[str, Any]) -> tuple[str, list[str]]:
        """As `answer`, for a runner that does not wait by `await`."""
        return self._runner.run(self.answer(instruction, observed))

    async def answer(self, instruction: str, observed: dict[str, Any]) -> tuple[str, list[str]]:
        """The model's reply, and the one action that it comes to. observed: as `desktop_env` gives it; only the
        picture is used. Raises ClientError when the model can't be reached, ImageError when there is no picture."""
        frame = decode_png(observed["screenshot"] or b"")
        self._settle(frame)
        situation = Situation(
            instruction=instruction,
            observation=Observation(frame=frame),
            surface="desktop",
            steps=tuple(self.steps),
            images=self._images,
            seed=self._seed,
        )
        choice = await self._policy.decide(situation)
        response = choice.replies[-1].text if choice.replies else ""
        code, error = self._coded(choice, frame)
        self._keep(choice, frame, error)
        self._log.info("reply: %s -> %s", response, code)
        return response, [code]

    def close(self) -> None:
        """Forget everything; may be called twice."""
        self._runner.close()
        self._folder.cleanup()

    def _coded(self, choice: Choice, frame: Frame) -> tuple[str, str]:
        """The action as code, and why there is none."""
        if choice.decision is None:
            return LOOK_AGAIN, choice.replies[-1].error if choice.replies else "there was no reply"
        try:
            return code_of(choice.decision.action, frame.size), ""
        except ActionUnsupported as error:
            return LOOK_AGAIN, str(error)

    def _keep(self, choice: Choice, frame: Frame, error: str) -> None:
        decision = choice.decision
        action: Action | None = decision.action if decision else None
        step = Step(
            index=len(self.steps),
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            policy=self._policy.identity.policy,
            before=self._images.put(frame),
            shown_history=choice.shown_history,
            replies=choice.replies,
            thought=decision.thought if decision else "",
            action=action,
            error=error,
        )
        self.steps.append(step)

    def _settle(self, frame: Frame) -> None:
        """What became of the last action, now that it is to be seen."""
        if not self.steps or self.steps[-1].action is None or self.steps[-1].error:
            return
        last = self.steps[-1]
        assert last.action is not None
        verdict = verify(self._images.get(last.before), frame, last.action)
        self.steps[-1] = last.model_copy(update={"after": self._images.put(frame), "verdict": verdict})
