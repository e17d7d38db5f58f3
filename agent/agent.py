"""An agent for scripts: a model that follows instructions on a surface that the script has open.

    from agent import Agent
    from sandboxes import browser

    with browser.open("https://example.org/form") as page:
        result = Agent("nano").run("Type Ada into Name, then press Save", on=page)
        print(result.kind, result.folder)

In `async with` the same calls are awaited. Each run is recorded in a folder of its own, as from the command line.
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from actions.risk import Under
from agent import runner
from agent.asking import model_of, policy_from
from agent.events import Watcher
from agent.guard.person import Person
from agent.guard.rules import Rules
from agent.recorder import load, new_folder
from agent.settings import ModelSettings, RunSettings
from agent.trajectory import Outcome, OutcomeKind, Step
from perception.grounding import Grounding, locate
from perception.observation import Observation
from sandboxes.describing import Describing
from sandboxes.environment import Environment, Transition
from sandboxes.session import Session, SyncSession
from sandboxes.task import Score, Task
from sandboxes.vault import Vault
from sandboxes.veil import veiled


@dataclass(frozen=True, slots=True)
class Result:
    """How a run went."""

    outcome: Outcome
    folder: Path
    """Its steps and pictures; `handeye replay FOLDER` shows them."""

    @property
    def kind(self) -> OutcomeKind:
        """finished, gave_up, answered, step_limit, …: why it ended."""
        return self.outcome.kind

    @property
    def success(self) -> bool | None:
        """What the checker of the environment says; None where there is none."""
        return self.outcome.success

    @property
    def answer(self) -> str:
        """What the model answered, where it was asked something."""
        return self.outcome.answer

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, as it was recorded."""
        return tuple(load(self.folder).steps)


class Agent:
    """A model and its limits, for as many runs as wanted; a session reads the model once."""

    def __init__(
        self,
        model: str = "nano",
        *,
        runs: str | Path = "runs",
        guard: Rules | str | Path | None = None,
        person: Person | None = None,
        secrets: Vault | None = None,
        **settings: Any,
    ) -> None:
        """model: a name, a folder or an address, as for --model; runs: where folders of runs are made; guard: what is
        done, asked about and refused, or a file that says so (the default rules without); person: who is asked, nobody
        without; secrets: what it may type by placeholders (`sandboxes.vault.vault`); settings: any of `ModelSettings`
        (codec, prompt, sampling, api_key, …) or `RunSettings` (max_steps, max_seconds, …).

        Raises TypeError for a setting that there is not, ValueError for a value that it can't have, SettingsError for a
        file of rules that can't be read.
        """
        self._rules = guard if isinstance(guard, Rules) else Rules() if guard is None else Rules.load(Path(guard))
        self._person = person
        known = {kind: set(kind.model_fields) for kind in (ModelSettings, RunSettings)}
        unknown = [name for name in settings if not any(name in names for names in known.values())]
        if unknown:
            raise TypeError(f"there is no setting {unknown[0]!r} of a model or a run")
        own, limits = ({n: v for n, v in settings.items() if n in names} for names in known.values())
        self._model = ModelSettings(name=model, **own)
        self._limits = RunSettings(folder=Path(runs), **limits)
        self._secrets = secrets or Vault()

    @overload
    def run(self, instruction: str, *, on: SyncSession, watcher: Watcher = ...) -> Result: ...
    @overload
    def run(self, instruction: str, *, on: Session, watcher: Watcher = ...) -> Coroutine[Any, Any, Result]: ...
    def run(
        self, instruction: str, *, on: Session | SyncSession, watcher: Watcher = runner.ignore
    ) -> Result | Coroutine[Any, Any, Result]:
        """Follow an instruction from where the session is. In an async session the call is awaited.

        Raises ValueError for an empty instruction, ModelError or ClientError when the model can't be had, RecordError
        when the folder can't be written.
        """
        if not instruction.strip():
            raise ValueError("the instruction is empty: say in words what should be done")
        work = self._run(instruction, on.inner if isinstance(on, SyncSession) else on, watcher)
        return on.wait_for(work) if isinstance(on, SyncSession) else work

    @overload
    def locate(self, phrase: str, *, on: SyncSession) -> Grounding | None: ...
    @overload
    def locate(self, phrase: str, *, on: Session) -> Coroutine[Any, Any, Grounding | None]: ...
    def locate(
        self, phrase: str, *, on: Session | SyncSession
    ) -> Grounding | Coroutine[Any, Any, Grounding | None] | None:
        """Where something is on the picture that was seen last, in its pixels; None when it is not there."""
        work = self._locate(phrase, on.inner if isinstance(on, SyncSession) else on)
        return on.wait_for(work) if isinstance(on, SyncSession) else work

    async def _run(self, instruction: str, session: Session, watcher: Watcher) -> Result:
        instruction = self._secrets.scrubber.scrub(instruction)
        task = session.task.model_copy(update={"instruction": instruction})
        folder = new_folder(self._limits.folder, instruction)
        model = await session.kept(self._model, lambda: model_of(self._model))
        told = self._secrets.told
        policy = policy_from(model, asked=self._model.name, num_recent=self._limits.num_recent, told=told)
        shown = _AsItIs(session, self._secrets)
        outcome = await runner.run(
            task, shown, policy, folder, self._limits, watcher, rules=self._rules, person=self._person
        )
        return Result(outcome, folder)

    async def _locate(self, phrase: str, session: Session) -> Grounding | None:
        model = await session.kept(self._model, lambda: model_of(self._model))
        return await locate(
            model.client, session.frame, phrase, style=model.prompt, grid=model.codec.grid, sampling=model.sampling
        )


class _AsItIs:
    """A session's environment, which a run finds as the script left it, and leaves open. The session sees what the
    agent sees meanwhile.
    """

    def __init__(self, session: Session, secrets: Vault) -> None:
        self._session = session
        self._inner: Environment = veiled(session.environment, secrets)

    @property
    def surface(self) -> str:
        return self._inner.surface

    async def reset(self, task: Task) -> Observation:
        return await self.observe()

    async def observe(self) -> Observation:
        self._session.observation = await self._inner.observe()
        return self._session.observation

    async def step(self, action: Any) -> Transition:
        transition = await self._inner.step(action)
        self._session.observation = transition.observation
        return transition

    async def under(self, action: Any) -> Under:
        if isinstance(self._inner, Describing):
            return await self._inner.under(action)
        return Under(url=(await self.observe()).url)

    async def score(self) -> Score | None:
        return await self._inner.score()

    async def close(self) -> None:
        pass
