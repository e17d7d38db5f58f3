"""What all tabs of the console work on: the runs that go on here, and the questions of all runs."""

from pathlib import Path

import gradio as gr

from agent.errors import AgentError, QuestionClosed
from agent.guard.question import Answer, Questions
from ui.console.door import BROWSER
from ui.console.inbox import Inbox
from ui.console.stages import Stages


class Desk:
    """The console's hands. May be used from any thread."""

    def __init__(self, stages: Stages, runs: Path) -> None:
        """runs: the folder that runs are kept in."""
        self.stages = stages
        self.runs = runs
        self.inbox = Inbox(runs)

    def take_over(self, name: str, request: gr.Request) -> str:
        """Ask for a run of the console: by its open question, where it waits for one. Gives what is to be said."""
        stage = self.stages.get(name)
        if stage is None or not stage.view.is_busy:
            return "There is no run to take over."
        question, folder = stage.view.question, stage.view.folder
        if question is None or folder is None:
            stage.seat.take_over()
            return ""
        try:
            Questions(folder).answer(Answer(question=question.id, kind="take_over", by=who(request)))
        except QuestionClosed:
            stage.seat.take_over()  # Somebody was faster; the run is handed over before its next action.
        except AgentError as error:
            return str(error)
        return ""


def who(request: gr.Request) -> str:
    """Who asks, as it is recorded with an answer: the door numbers the browsers that it lets in."""
    asked = request.request
    return f"{asked.scope.get(BROWSER, 'somebody') if asked is not None else 'somebody'} at the console"
