"""How fast an evaluation goes with several players beside one at a time, and what an episode costs of the processor.

    python -m tests.walk.pace --episodes 10 --parallel 4 [--tasks click-test,click-button] [--model nano]

Each is `handeye eval miniwob` with the same episodes, in a process of its own whose processor time is measured with
that of all it starts: browsers, players, models. Prints one JSON object. Exit code 1 when the two tables differ in
more than their seconds, or when one does not hold. Seconds of the clock mean little on a machine that has other work.
"""

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from agent.evaluation.miniwob import DEFAULT_TASKS

_SUBREAPER = 36
"""Of Linux's prctl: whoever loses its parent below this process becomes its child, and so is counted."""


class Pace(NamedTuple):
    """Of one evaluation, its beginning (models are loaded, browsers started) and end included."""

    players: int
    episodes: int
    seconds: float
    cpu_seconds: float
    table: dict[str, Any]
    """The report without seconds."""

    def as_json(self) -> dict[str, float]:
        """The figures."""
        return {
            "players": self.players,
            "episodes": self.episodes,
            "seconds": round(self.seconds, 1),
            "episodes_a_minute": round(60 * self.episodes / self.seconds, 1),
            "cpu_seconds_an_episode": round(self.cpu_seconds / self.episodes, 2),
        }


def measured(folder: Path, players: int, words: list[str]) -> Pace:
    """Play by so many players. Raises CalledProcessError when the evaluation does not hold."""
    command = [sys.executable, "-m", "ui.cli.main", "eval", "miniwob", "--json", "--keep", str(folder)]
    before, begun = _cpu(), time.perf_counter()
    ended = subprocess.run(
        [*command, *words, "--parallel", str(players)], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds = time.perf_counter() - begun
    _reap()
    said = json.loads(ended.stdout)
    for row in said["tasks"].values():
        del row["seconds"]
    table = {key: said[key] for key in ("success", "crashed", "tasks")}
    return Pace(players, said["episodes"], seconds, _cpu() - before, table)


def _cpu() -> float:
    """Seconds of the processor that everything has used which was started here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Take leave of what lost its parent; two seconds at most, for what is only just ending."""
    deadline = time.monotonic() + 2
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.05)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.pace", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--episodes", type=int, default=10, help="of each task (default: 10)")
    parser.add_argument("--parallel", type=int, default=4, help="players beside each other (default: 4)")
    parser.add_argument("--tasks", default=",".join(DEFAULT_TASKS), help="names with commas between them")
    parser.add_argument("--model", default="nano", help="as for handeye eval (default: nano)")
    arguments = parser.parse_args()
    if arguments.episodes < 1 or arguments.parallel < 2:
        sys.exit("--episodes: at least 1; --parallel: at least 2")
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    words = ["--tasks", arguments.tasks, "--episodes", str(arguments.episodes), "--model", arguments.model]
    with tempfile.TemporaryDirectory(prefix="handeye-pace-") as folder:
        try:
            paces = [measured(Path(folder, str(number)), number, words) for number in (1, arguments.parallel)]
        except subprocess.CalledProcessError as error:
            sys.exit(f"the evaluation ended with exit code {error.returncode}")
    is_same = paces[0].table == paces[1].table
    print(json.dumps({"paces": [pace.as_json() for pace in paces], "same_table": is_same}))
    sys.exit(not is_same)


if __name__ == "__main__":
    main()
