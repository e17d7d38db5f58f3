"""One evaluation from its folder's beginning to its report; a folder that was begun before is gone on with."""

from collections.abc import Callable
from pathlib import Path

from agent.errors import RecordError
from agent.evaluation.manifest import Manifest, differences, read_manifest, save
from agent.evaluation.playing import Company, Finished, Programme, jobs_of, play_all
from agent.evaluation.report import Report, report
from agent.evaluation.results import MANIFEST, PICTURES, REPORT, RUNS, Results, read_results
from agent.evaluation.run import Progress
from perception.files import replace_file

FIXED = ("suite", "seed", "repeats", "model", "server", "weights", "codec", "prompt", "prompt_hash", "episodes_hash")
"""Of the manifest: what must be as it was for the rest to belong to the same evaluation."""

Pin = Callable[[Programme], Manifest]
"""The manifest of what is there now."""
Say = Callable[[str], None]


async def conduct(
    company: Company,
    folder: Path,
    pin: Pin,
    *,
    progress: Progress,
    say: Say,
    again: Manifest | None = None,
    deadline: float | None = None,
) -> Report:
    """Play what the folder does not have yet, each result on disk before the next, and write its report.

    company: the players; again: an earlier evaluation that this one repeats, whose differences are said before it
    begins; deadline: as for `play_all`. Raises RecordError when the folder can't be written or belongs to another
    evaluation, RecordBusy when it is being written, and what playing raises.
    """
    async with company as found:
        programme = await found[0].programme()
        pinned = pin(programme)
        results = Results(folder)
        try:
            manifest = _agreed(folder, pinned, results, say)
            for line in differences(again, manifest) if again is not None else ():
                say(f"differs now: {line}")
            jobs = jobs_of(programme.episodes, manifest.repeats)
            left = results.left(jobs)
            if len(left) < len(jobs):
                say(f"{len(jobs) - len(left)} of {len(jobs)} episodes were played before")

            def note(finished: Finished) -> None:
                results.add(finished)
                progress(len(results.finished), len(jobs), finished.result)

            places = {"runs": folder / RUNS if manifest.keep else None, "pictures": folder / PICTURES}
            await play_all(left, found, note, retries=manifest.retries, deadline=deadline, **places)
        finally:
            results.close()
    return write_report(folder)


def write_report(folder: Path) -> Report:
    """Sum up what the folder holds, and write it there. Raises RecordError for one that is none or was changed."""
    summed = summary(folder)
    replace_file(folder / REPORT, summed.model_dump_json(indent=2).encode() + b"\n")
    return summed


def summary(folder: Path) -> Report:
    """What the folder's results come to."""
    manifest = read_manifest(folder)
    return report(manifest.suite, manifest.model, manifest.seed, read_results(folder))


def _agreed(folder: Path, now: Manifest, results: Results, say: Say) -> Manifest:
    """The folder's manifest: today's in a new folder, the old one where it still holds."""
    if not (folder / MANIFEST).exists():
        if results.finished:
            raise RecordError(f"{folder / MANIFEST} is missing: what the results are of is not known any more")
        save(now, folder)
        return now
    old = read_manifest(folder)
    for name in FIXED:
        if getattr(old, name) != getattr(now, name):
            raise RecordError(f"{folder} can't go on: {name} is not as it was; measure anew with --again {folder}")
    for line in differences(old, now):
        say(f"differs now: {line}")
    return old
