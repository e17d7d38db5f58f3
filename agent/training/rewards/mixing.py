"""Language mixing: thoughts in another script than the task was given in."""

import unicodedata

from agent.trajectory import Trajectory


def mixed(trajectory: Trajectory) -> float:
    """Share of the letters of a run's thoughts whose script the instruction does not have, 0 to 1; 0 without a letter.

    What stands in quotation marks is what the screen says, and may have any script. Japanese goes by its three scripts
    as one, with Chinese's.
    """
    known = {script for letter in trajectory.run.task.instruction if (script := _script(letter))}
    letters = [script for step in trajectory.steps for letter in _unquoted(step.thought) if (script := _script(letter))]
    if not letters or not known:
        return 0.0
    return sum(script not in known for script in letters) / len(letters)


def _unquoted(text: str) -> str:
    return "".join(text.split('"')[::2])


def _script(letter: str) -> str:
    """The first word of a letter's name in Unicode, such as LATIN; empty for what is no letter."""
    if not letter.isalpha():
        return ""
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "CJK" if script in ("CJK", "HIRAGANA", "KATAKANA") else script
