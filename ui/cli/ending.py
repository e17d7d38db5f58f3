"""The end of every command that runs a task: the outcome, the replay page, the JSON object, the exit code."""

from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.trajectory import Outcome


def end_run(output: Output, folder: Path, outcome: "Outcome") -> int:
    """Write the replay page, say how it went, and return the exit code."""
    from agent.recorder import load
    from ui.cli.live import print_outcome
    from ui.replay import write_replay
    from ui.words import spent_words

    try:
        trajectory = load(folder)
        path = write_replay(trajectory, folder)
    except OSError:  # How the run went is said all the same.
        print_outcome(output.console, outcome, folder, None)
        raise
    print_outcome(output.console, outcome, folder, path, spent_words(trajectory.steps))
    output.result({"run": str(folder), "replay": str(path), "outcome": outcome.model_dump(mode="json")})
    return code_of_outcome(outcome)


def code_of_outcome(outcome: "Outcome") -> int:
    """0 for a success, 1 for a task that was not done, 4 when something broke, 130 when a person stopped it."""
    from ui.words import is_good

    if outcome.kind == "interrupted":
        return exits.INTERRUPTED
    if outcome.kind == "failed":
        return exits.BROKEN
    return exits.DONE if is_good(outcome) else exits.FAILED
