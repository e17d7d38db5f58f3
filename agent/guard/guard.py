"""Whether an action may be carried out: allowed, asked about, or refused.

A ruling is a function of the rules, the instruction, the recorded steps, the action and what is under it. Only the
instruction can give leave, since it alone comes from the person: an effect is named by it when the label of what is
pressed stands in it, and so does every text that was entered for it. What a page says can only make it stricter.
"""

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from actions.action import Action, Key, Type
from actions.placeholder import names_in, secrets_in
from actions.risk import IDLE, Risk, Role, Under, app_of, plain, risks
from agent.guard.rules import Mode, Rules
from agent.trajectory import Step
from sandboxes.task import Task

MAX_LABEL = 80
"""Characters of a label that the instruction can name; longer ones are text."""
WITH_CONTENT: frozenset[Risk] = frozenset({"sending", "publishing", "buying"})
"""Effects that carry what was entered."""


class Ruling(BaseModel):
    """What the guard says of one action."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["allow", "ask", "deny"]
    risks: tuple[Risk, ...] = ()
    """Kinds of effect that it may have, allowed ones too."""
    reason: str = ""
    """Why it is asked about or refused, in words for a person and for the model."""
    role: Role = "unknown"
    texts: tuple[str, ...] = ()
    """What it would hit."""
    url: str = ""


class Guard:
    """One run's guard."""

    def __init__(self, rules: Rules, task: Task) -> None:
        self.rules = rules
        self._instruction = f" {_bare(task.instruction)} "
        self._words = task.instruction
        self._home = task.url

    def rule(self, action: Action, under: Under, steps: Sequence[Step]) -> Ruling:
        """The ruling on an action that would hit this, after these steps."""
        found = self._found(action, under, steps[0].url if steps else under.url)
        facts = {"risks": tuple(found), "role": under.role, "texts": under.texts[:4], "url": under.url}
        if reason := self._denied(action, under):
            return Ruling(kind="deny", reason=reason, **facts)
        modes: dict[Risk, Mode] = {risk: self.rules.mode(risk) for risk in found}
        for risk, reason in found.items():
            if modes[risk] == "deny":
                return Ruling(kind="deny", reason=f"{reason}, and {risk} is not allowed", **facts)
        for risk, mode in modes.items():
            reason = found[risk] if mode == "ask" else ""
            if mode == "unless_named":
                reason = self._unnamed(risk, found[risk], action, under, steps)
            if reason:
                return Ruling(kind="ask", reason=f"{risk}: {reason}", **facts)
        return Ruling(kind="allow", **facts)

    def _found(self, action: Action, under: Under, first: str) -> dict[Risk, str]:
        found = risks(action, under)
        if under.leads_to and self.rules.allow.has_host(under.leads_to):
            found.pop("leaving", None)
        elif self._has_left(under.url, first) and action.kind not in IDLE:
            found["leaving"] = f"{host(under.url)} is not where the task began"
        return found

    def _has_left(self, url: str, first: str) -> bool:
        """Whether a page lies on another host than where the task began, and on none that is allowed."""
        if not host(url) or self.rules.allow.has_host(url):
            return False
        return self.rules.allow.hosts is not None or host(url) != (host(self._home) or host(first))

    def _denied(self, action: Action, under: Under) -> str:
        allow, deny = self.rules.allow, self.rules.deny
        if action.kind in (deny.actions or ()) or (allow.actions is not None and action.kind not in allow.actions):
            return f"the action {action.kind} is not allowed"
        apps = {app_of(under.url), plain(action.app) if action.kind == "open" else ""} - {""}
        for app in apps:
            if deny.has_app(app) or (allow.apps is not None and not allow.has_app(app)):
                return f"the app {app} is not allowed"
        for url in filter(None, (under.url, under.leads_to)):
            if deny.has_host(url):
                return f"the host {host(url)} is not allowed"
            path = urlsplit(url).path
            if deny.has_path(path) or (allow.paths is not None and not app_of(url) and not allow.has_path(path)):
                return f"the path {path} is not allowed"
        return ""

    def _unnamed(self, risk: Risk, reason: str, action: Action, under: Under, steps: Sequence[Step]) -> str:
        """Why the instruction gives no leave; empty where it does."""
        if risk == "secret":
            named = {name.lower() for name in names_in(self._words)}
            missing = [name for name in secrets_in(action) if name.lower() not in named]
            return f"{reason}, which you did not name" if missing else ""
        if risk == "leaving":
            away = host(under.leads_to) or host(under.url)
            return "" if away and away in self._words.casefold() else f"{reason}, which you did not name"
        if risk == "credentials" and isinstance(action, Type):
            return "" if self._names(action.text) else f"{reason} what you did not give"
        if not any(self._names(text) for text in under.texts if len(text) <= MAX_LABEL):
            return f"{reason}, which you did not name"
        if risk in WITH_CONTENT and (foreign := self._foreign(action, steps)):
            return f'{reason} with "{foreign[:60]}", which you did not give'
        if risk in WITH_CONTENT and under.submits and under.is_blank and not isinstance(action, Type):
            return f"{reason} before anything is filled in"
        return ""

    def _names(self, text: str) -> bool:
        said = _bare(text)
        return bool(said) and f" {said} " in self._instruction

    def _foreign(self, action: Action, steps: Sequence[Step]) -> str:
        """Something that was entered since the last effect and does not come from the instruction."""
        entered = [action.text] if isinstance(action, Type) else []
        for step in reversed(steps):
            ruling = step.info.get("guard", {})
            if step.effect_id and not step.error and WITH_CONTENT & set(ruling.get("risks", ())):
                break
            if step.actor == "model" and step.effect_id and not step.error and step.action is not None:
                entered += _entered(step.action, ruling)
        return next((text for text in entered if plain(text) and not self._names(text)), "")


def _bare(text: str) -> str:
    """Words as they are compared, without the full stops that end them: a sentence's and an abbreviation's are one."""
    return " ".join(word.rstrip(".") for word in plain(text).split())


def host(url: str) -> str:
    """The host of an address; empty for what has none, such as files and apps."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").rstrip(".") if parts.scheme in ("http", "https", "ws", "wss", "ftp") else ""
    except ValueError:
        return ""


def _entered(action: Action, ruling: dict[str, object]) -> list[str]:
    if isinstance(action, Type):
        return [action.text]
    if isinstance(action, Key) and {key.lower() for key in action.keys} >= {"v"} and len(action.keys) > 1:
        return ["what the clipboard held"]
    if ruling.get("role") == "toggle":
        texts = ruling.get("texts")
        return list(texts[:1]) if isinstance(texts, list | tuple) else []
    return []
