"""An environment in which secrets are typed and never seen.

Whoever decides, records or watches handles `secret:NAME` alone: the value is filled in on the way to the executor, when
what has the keyboard's focus is a place that the secret belongs to, and taken out of all that comes back: pictures,
addresses, titles, notes, logged facts, errors.

    environment = veiled(BrowserEnvironment(), vault({"SHOP": (value, ["shop.example.org"])}))
    await environment.step(Type(text="secret:SHOP"))

An environment that knows what it shows (`Sensitive`) covers its own pictures, at the moment in which it takes them; on
others the place where the secret was typed is covered (`sandboxes.afterimage`).
"""

import traceback
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from actions.action import Action, Type
from actions.placeholder import secrets_in
from actions.risk import Under
from perception.errors import HandEyeError
from perception.observation import Observation
from sandboxes.afterimage import Afterimage
from sandboxes.describing import Describing
from sandboxes.environment import Environment, Posing, Resumable, Transition
from sandboxes.sensitive import Focusing, Sensitive
from sandboxes.task import Score, Task
from sandboxes.vault import Vault

Result = TypeVar("Result")


def veiled(environment: Environment, vault: Vault) -> Environment:
    """The environment as it may be shown.

    Without secrets it is the environment itself, which covers filled password fields where it can.
    """
    if isinstance(environment, Sensitive):
        environment.hide(vault.scrubber)
    return Veiled(environment, vault) if len(vault) else environment


class Veiled:
    """One environment behind a veil; see the module.

    It offers what the environment offers: `Posing`, and `Resumable` where it is `Sensitive` too.
    """

    def __init__(self, environment: Environment, vault: Vault) -> None:
        self._inner = environment
        self._vault = vault
        self._scrub = vault.scrubber.scrub
        self._afterimage = None if isinstance(environment, Sensitive) else Afterimage()
        # What was covered before is not known to a process that takes a world up, unless the world itself knows.
        if isinstance(environment, Resumable) and self._afterimage is None:
            self.reattach = self._reattach

    @property
    def surface(self) -> str:
        """See `Environment`."""
        return self._inner.surface

    async def reset(self, task: Task) -> Observation:
        """See `Environment`."""
        if self._afterimage is not None:
            self._afterimage = Afterimage()
        seen = await self._clean(self._inner.reset(task))
        if isinstance(self._inner, Posing):
            self.instruction = self._scrub(self._inner.instruction)
        return self._shown(seen)

    async def observe(self) -> Observation:
        """See `Environment`."""
        return self._shown(await self._clean(self._inner.observe()))

    async def step(self, action: Action) -> Transition:
        """See `Environment`; raises SecretRefused for a placeholder that may not be filled in here, in which case
        nothing was typed."""
        names = secrets_in(action)
        if self._afterimage is not None:
            self._afterimage.rest()
        if names and isinstance(action, Type):
            transition = await self._type(action, names)
        else:
            transition = await self._clean(self._inner.step(action))
        return Transition(
            self._shown(transition.observation),
            reward=transition.reward,
            terminated=transition.terminated,
            truncated=transition.truncated,
            info=self._vault.scrubber.scrub_data(transition.info),
        )

    async def under(self, action: Action) -> Under:
        """See `Describing`: labels may hold what was typed."""
        if not isinstance(self._inner, Describing):
            return Under(url=(await self.observe()).url)
        under = await self._clean(self._inner.under(action))
        texts = tuple(self._scrub(text) for text in under.texts)
        return replace(
            under,
            texts=texts,
            around=self._scrub(under.around),
            url=self._scrub(under.url),
            leads_to=self._scrub(under.leads_to),
        )

    async def score(self) -> Score | None:
        """See `Environment`; what a checker read may hold what was typed."""
        score = await self._clean(self._inner.score())
        if score is None:
            return None
        return score.model_copy(update={"facts": self._vault.scrubber.scrub_data(score.facts)})

    async def close(self) -> None:
        """See `Environment`."""
        await self._clean(self._inner.close())

    async def _reattach(self, task: Task) -> Observation | None:
        assert isinstance(self._inner, Resumable)
        seen = await self._clean(self._inner.reattach(task))
        return None if seen is None else self._shown(seen)

    async def _type(self, action: Type, names: tuple[str, ...]) -> Transition:
        """Look where the focus is, fill in, type. Only the inner environment holds the text."""
        if self._afterimage is not None:
            before = await self._clean(self._inner.observe())
            self._afterimage.begin(before.frame, names)
            url = before.url
        elif isinstance(self._inner, Focusing):
            url = await self._clean(self._inner.focused_url())
        else:
            url = (await self._clean(self._inner.observe())).url
        # A refusal comes out of `filled`, before there is a value anywhere; no frame of a traceback keeps the text.
        return await self._clean(self._inner.step(Type(text=self._vault.filled(action.text, url))), fragments=True)

    def _shown(self, seen: Observation) -> Observation:
        frame = seen.frame
        if self._afterimage is not None:
            frame = self._afterimage.covered(frame, f"{seen.url} {seen.title if self.surface == 'android' else ''}")
        notes = tuple(self._scrub(note) for note in seen.notes)
        return Observation(frame=frame, url=self._scrub(seen.url), title=self._scrub(seen.title), notes=notes)

    async def _clean(self, work: Coroutine[Any, Any, Result], *, fragments: bool = False) -> Result:
        """What the work gives; an error that knows a secret is replaced by one that does not.

        fragments: a secret is on its way, and messages may show a part of it.
        """
        try:
            return await work
        except Exception as error:
            told = "".join(traceback.format_exception(error))
            if not fragments and not self._vault.scrubber.find(told):
                raise
            clean = _without(error, self._scrub(str(error), fragments=fragments))
            clean.add_note(self._scrub(told, fragments=fragments))
            del told
        # Outside of the handler, so that the error that knows it is not the context of this one.
        raise clean


def _without(error: Exception, message: str) -> Exception:
    """An error of the same kind with another message; one that is not ours becomes a RuntimeError."""
    if isinstance(error, HandEyeError):
        return type(error)(message)
    return RuntimeError(f"{type(error).__name__}: {message}")
