"""Our agent as AndroidWorld's own: its episode loop calls `step(goal)`, and each call is one look, decision and action.

    agent = androidworld_agent(env, policy, runner)
    android_world.episode_runner.run_episode(task.goal, agent, max_n_steps=10)

The policy sees pixels and its own earlier steps, never the element tree. Actions that AndroidWorld has too go through
its `execute_action`; the others through the same adb, as our executor does them elsewhere.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from actions.action import Action, Answer, Terminate
from actions.android import TouchExecutor
from actions.errors import ActionError
from actions.json_action import to_json_action
from agent.policy import Choice, Policy, Situation
from agent.trajectory import Step
from agent.verifier import verify
from perception.image_store import ImageStore
from perception.observation import Frame, Observation
from sandboxes.androidworld import WorldShell, part


class Round:
    """One episode of a policy on a phone, a step at a time, from a program that is not async."""

    def __init__(self, policy: Policy, runner: asyncio.Runner) -> None:
        self._policy, self.runner = policy, runner
        self._folder = TemporaryDirectory(prefix="handeye-")
        self._images = ImageStore(Path(self._folder.name))
        self.steps: list[Step] = []
        self._last: Frame | None = None

    def begin(self) -> None:
        """Forget the episode before."""
        self.steps, self._last = [], None

    def decide(self, goal: str, frame: Frame) -> Choice:
        """What comes next on this frame; the step before is first told what it changed."""
        if self._last is not None and self.steps and (action := self.steps[-1].action) is not None:
            after = self._images.put(frame)
            verdict = verify(self._last, frame, action)
            self.steps[-1] = self.steps[-1].model_copy(update={"after": after, "verdict": verdict})
        situation = Situation(
            instruction=goal,
            observation=Observation(frame=frame),
            surface="android",
            steps=tuple(self.steps),
            images=self._images,
        )
        return self.runner.run(self._policy.decide(situation))

    def record(self, frame: Frame, choice: Choice, error: str) -> None:
        """Keep the step, for the ones that follow."""
        decision = choice.decision
        step = Step(
            index=len(self.steps),
            time=datetime.now(UTC).isoformat(),
            before=self._images.put(frame),
            replies=choice.replies,
            shown_history=choice.shown_history,
            thought=decision.thought if decision else "",
            action=decision.action if decision else None,
            error=error,
        )
        self.steps.append(step)
        self._last = frame

    def close(self) -> None:
        """Leave nothing behind."""
        self._folder.cleanup()


def androidworld_agent(
    env: Any,
    policy: Policy,
    runner: asyncio.Runner,
    *,
    name: str = "handeye",
    transition_pause: float | None = 1.0,
) -> Any:
    """An `EnvironmentInteractingAgent` that decides by a policy; close it in the end.

    env: AndroidWorld's `AsyncEnv`, its own or that of `sandboxes.androidworld.open_world`; runner: has the event loop
    in which the policy's client was opened; transition_pause: seconds before each look, None until the screen is still.
    Raises SandboxMissing without AndroidWorld.
    """
    base = part("android_world.agents.base_agent")

    class HandEyeAgent(base.EnvironmentInteractingAgent):
        """See `androidworld_agent`."""

        def __init__(self) -> None:
            super().__init__(env, name, transition_pause)
            self.round = Round(policy, runner)

        def reset(self, go_home: bool = False) -> None:
            """Begin an episode."""
            super().reset(go_home)
            self.round.begin()

        def step(self, goal: str) -> Any:
            """Look, decide, act; `data` is plain but for the picture."""
            frame = Frame(pixels=self.get_post_transition_state().pixels)
            choice = self.round.decide(goal, frame)
            action = choice.decision.action if choice.decision else None
            error = "" if action is None else _carried_out(self.env, action, frame, runner)
            self.round.record(frame, choice, error)
            data = {
                "screenshot": frame.pixels,
                "thought": choice.decision.thought if choice.decision else "",
                "action": action.model_dump(mode="json") if action else None,
                "json_action": to_json_action(action) if action else None,
                "replies": [reply.text for reply in choice.replies],
                "error": error or (choice.replies[-1].error if action is None and choice.replies else ""),
            }
            ended = action is None or isinstance(action, Terminate | Answer)
            return base.AgentInteractionResult(ended, data)

        def close(self) -> None:
            """Throw the pictures away."""
            self.round.close()

    return HandEyeAgent()


def _carried_out(env: Any, action: Action, frame: Frame, runner: asyncio.Runner) -> str:
    """Act; returns what was wrong with the action, for the model to read, or nothing."""
    known = to_json_action(action)
    if known is not None:
        env.execute_action(part("android_world.env.json_action").JSONAction(**known))
        return ""
    executor = TouchExecutor(WorldShell(env.controller), size=frame.size)
    try:
        runner.run(executor.execute(action))
    except ActionError as error:
        return str(error)
    return ""
