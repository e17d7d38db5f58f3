"""The doctor's rows, looked up in a thread when somebody asks: it takes some seconds, and a page should not wait."""

import threading
import time
from dataclasses import dataclass, replace

from agent.errors import AgentError
from agent.settings import load
from ui.console.places import Places
from ui.doctor.examination import Chosen, chosen_by, examine
from ui.doctor.finding import Finding


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found so far."""

    findings: tuple[Finding, ...] = ()
    is_busy: bool = False
    ended: float = 0.0
    """Seconds since 1970; 0 before the first look."""
    error: str = ""
    """Why it was not looked to the end."""


class Checkup:
    """One look at a time, for all who watch. May be called from any thread."""

    def __init__(self, places: Places, model: str) -> None:
        self._places = places
        self._model = model
        self._lock = threading.Lock()
        self._checked = Checked()

    @property
    def checked(self) -> Checked:
        """How far it is."""
        return self._checked

    def start(self) -> None:
        """Begin to look, unless a look is under way."""
        with self._lock:
            if self._checked.is_busy:
                return
            self._checked = Checked(is_busy=True)
        threading.Thread(target=self._look, name="checkup", daemon=True).start()

    def _look(self) -> None:
        error = ""
        try:
            for finding in examine(self._chosen()):
                with self._lock:
                    self._checked = replace(self._checked, findings=(*self._checked.findings, finding))
        except (AgentError, OSError) as wrong:
            error = str(wrong)
        finally:  # also after a defect, whose traceback the thread prints: the page must not wait for ever
            with self._lock:
                self._checked = replace(self._checked, is_busy=False, ended=time.time(), error=error)

    def _chosen(self) -> Chosen:
        settings = load(self._places.config)
        return replace(chosen_by(settings), runs=self._places.runs, model=self._model or settings.model.name)
