"""The folder of an evaluation: what is asked, every finished episode, and the report.

    manifest.json     what was asked of which model with which parts (`agent.evaluation.manifest`)
    results.jsonl     a line an episode, on disk before the next is begun
    pictures/         the last screens of episodes that failed
    runs/             the runs, where they are kept
    report.json       what `handeye eval --json` prints, once all are played

Only one process writes. One that is killed leaves at most a torn last line, which is cut when the evaluation goes on.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from agent.errors import RecordError
from agent.evaluation.playing import Finished, Job
from agent.journal import Journal, read_lines
from agent.sealed import line_of, parse

RESULTS, MANIFEST, REPORT = "results.jsonl", "manifest.json", "report.json"
PICTURES, RUNS = "pictures", "runs"


class Results:
    """The one writer of a folder's results."""

    def __init__(self, folder: Path) -> None:
        """Open them for appending, in a folder that is made where there is none, and cut a torn last line.

        Raises RecordError for results that were changed or can't be written, RecordBusy when they are being written.
        """
        path = folder / RESULTS
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(f"{folder} can't be made: {error.strerror}") from error
        self._journal = Journal(path)
        try:
            self.finished: list[Finished] = _read(self._journal.lines, path)
            """All so far, in the order in which they were finished."""
        except RecordError:
            self._journal.close()
            raise

    def add(self, finished: Finished) -> None:
        """An episode that is finished, on disk when this comes back. Raises RecordError when it can't be written."""
        self._journal.append(line_of(finished))
        self.finished.append(finished)

    def left(self, jobs: Iterable[Job]) -> list[Job]:
        """The jobs that are not finished."""
        keys = {finished.key for finished in self.finished}
        return [job for job in jobs if job.key not in keys]

    def close(self) -> None:
        """Let the file go; may be called twice."""
        self._journal.close()


def read_results(folder: Path) -> list[Finished]:
    """What is finished, read without changing anything. Raises RecordError for results that were changed."""
    return _read(read_lines(folder / RESULTS).whole, folder / RESULTS)


def _read(lines: Sequence[bytes], path: Path) -> list[Finished]:
    return [parse(Finished, line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]
