"""A run that the console has going: started, watched and stopped from any page that is let in.

The run lives in a thread with an event loop of its own, so that loading a model never holds up the page. What is seen
of it is a `View`, replaced whole at every event; a page that is loaded anew shows the same run.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from agent.events import Answered, Asked, Decided, Event, RunEnded, RunStarted, Seen, StepRecorded, Watcher
from agent.guard.person import Person
from agent.guard.question import Question
from agent.guard.rules import Limits
from agent.trajectory import Outcome, RunRecord, Step
from perception.observation import ImageRef
from ui.console.seat import NOBODY, Seat, Sitting
from ui.console.tidying import tidy

log = logging.getLogger(__name__)

Phase = Literal["idle", "starting", "running", "stopping", "ended"]


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, by a person on the page or by another assistant."""

    instruction: str
    url: str
    model: str
    on: str = "browser"
    """The environment that it happens in."""
    programs: tuple[tuple[str, ...], ...] = ()
    """Of a desktop: commands that it begins with, in words."""
    limits: Limits = field(default_factory=Limits)
    """Budgets within those of the settings."""
    documents: tuple[str, ...] = ()
    """Keys of documents that are entered, by a run each; none for a single run."""


Launch = Callable[[Order, Watcher, Person], Awaitable[None]]
"""Carries out an order from start to end, with whoever sits at it; cancelled, it leaves a run that can be resumed."""


@dataclass(frozen=True, slots=True)
class View:
    """All that the page shows of the run; `version` grows with every change."""

    version: int = 0
    phase: Phase = "idle"
    order: Order | None = None
    folder: Path | None = None
    record: RunRecord | None = None
    image: ImageRef | None = None
    url: str = ""
    decided: Decided | None = None
    """The decision that is being carried out, or waits to be; None between steps."""
    question: Question | None = None
    """What the run waits for an answer to."""
    sitting: Sitting = NOBODY
    steps: tuple[Step, ...] = ()
    outcome: Outcome | None = None
    error: str = ""
    """Why there was no run, or what broke it, in one sentence."""

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way."""
        return self.phase in ("starting", "running", "stopping")


class StageBusy(Exception):
    """A run is under way already."""


class Stage:
    """Holds at most one run at a time. Its methods may be called from any thread."""

    def __init__(self, launch: Launch, changed: Callable[[], None] = lambda: None) -> None:
        """changed: is told of every new view, from any thread; it must not block."""
        self._launch = launch
        self._changed = changed
        self._lock = threading.Lock()
        self._view = View()
        self.seat = Seat(lambda sitting: self._change(sitting=sitting))
        """Where a person sits at the run that is under way."""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._walk: asyncio.Task[None] | None = None

    @property
    def view(self) -> View:
        """What there is to see now."""
        return self._view

    def start(self, order: Order) -> None:
        """Begin a run. Raises StageBusy while another is under way."""
        with self._lock:
            if self._view.is_busy:
                raise StageBusy("a run is under way: stop it first")
            self._view = View(version=self._view.version + 1, phase="starting", order=order)
            self.seat = Seat(lambda sitting: self._change(sitting=sitting))
        self._changed()
        self._thread = threading.Thread(target=self._live, args=(order,), name="console-run", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the run to stop; it ends after what it is doing, and can be resumed. Nothing happens without one."""
        with self._lock:
            if not self._view.is_busy or self._view.phase == "stopping":
                return
            self._view = replace(self._view, version=self._view.version + 1, phase="stopping")
            loop, walk = self._loop, self._walk
        self._changed()
        if loop is not None and walk is not None and not loop.is_closed():
            loop.call_soon_threadsafe(walk.cancel)

    def close(self, seconds: float = 20.0) -> None:
        """Stop the run and wait for its outcome to be on disk."""
        self.stop()
        if self._thread is not None:
            self._thread.join(seconds)

    def _live(self, order: Order) -> None:
        """The thread's whole life."""
        try:
            asyncio.run(self._carry_out(order))
        except asyncio.CancelledError:
            self._change(error="stopped before the run began")
        except Exception as error:
            log.debug("the console's run broke", exc_info=True)
            self._change(error=str(error) or type(error).__name__)
        finally:
            self._loop = self._walk = None
            tidy()
            self._change(phase="ended", decided=None, question=None, sitting=NOBODY)

    async def _carry_out(self, order: Order) -> None:
        with self._lock:
            self._loop, self._walk = asyncio.get_running_loop(), asyncio.current_task()
            stopping = self._view.phase == "stopping"
        if stopping:
            raise asyncio.CancelledError
        await self._launch(order, self._watch, self.seat)

    def _watch(self, event: Event) -> None:
        match event:
            case RunStarted():
                # Of a batch of documents each has a run of its own, and what is shown is that of the newest.
                begun = {"folder": Path(event.folder), "record": event.record, "phase": "running"}
                self._change(**begun, image=None, url="", steps=(), outcome=None)
            case Seen():
                self._change(image=event.image, url=event.url, decided=None)
            case Decided():
                self._change(decided=event)
            case Asked():
                self._change(question=event.question)
            case Answered():
                self._change(question=None)
            case StepRecorded():
                shown = event.step.after or event.step.before
                self._change(steps=(*self._view.steps, event.step), image=shown, decided=None)
            case RunEnded():
                self._change(outcome=event.outcome)

    def _change(self, **changes: Any) -> None:
        with self._lock:
            if self._view.phase == "stopping" and changes.get("phase") == "running":
                del changes["phase"]
            self._view = replace(self._view, version=self._view.version + 1, **changes)
        self._changed()
