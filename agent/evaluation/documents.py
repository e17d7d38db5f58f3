"""How well records are read off business documents: fields exact, places cited, values invented.

Papers are drawn from a seed (`sandboxes.demos.papers`), three in five as a browser prints them and two as a scanner
sees them, a third of them in layouts that nobody looked at who made the readers. Six fields of each are asked for. A
field is exact when its value is the paper's, an amount to the cent. It is cited when its box is one where the paper
prints that very field (IoU 0.5). It is invented when the words that are quoted for it are not on the paper: a letter
that was misread is enough.

A folder in the layout of SROIE (pictures in `img`, JSON in `entities` or `key`) is measured in the same way, where its
truth allows.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import EpisodeResult
from agent.evaluation.playing import Finished
from agent.evaluation.report import Report, report
from perception.document.document import Document, parser_process
from perception.document.limits import Limits
from perception.document.reading import read_page
from perception.errors import DocumentError
from perception.extraction.reader import ReadPage, RecordReader
from perception.extraction.record import Leaf, Record
from perception.extraction.schema import RecordSchema, read_schema
from perception.extraction.values import amount, day
from perception.ocr import Recognizer
from sandboxes.demos.papers.folder import write_papers
from sandboxes.demos.papers.paper import Order
from sandboxes.demos.papers.truth import SIX_FIELDS, Truth

SCANS = 0.4
CITED = 0.5
"""The least IoU of a box that cites."""

INVOICE = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "title": "Invoice number"},
        "date": {"type": "string", "format": "date", "title": "Invoice date"},
        "supplier": {"type": "string", "title": "Supplier"},
        "net": {"type": "number", "title": "Net amount"},
        "tax": {"type": "number", "title": "Tax amount"},
        "total": {"type": "number", "title": "Total amount"},
    },
    "x-checks": ["net + tax == total"],
}
SROIE = {
    "type": "object",
    "properties": {
        "company": {"type": "string", "title": "Company"},
        "date": {"type": "string", "title": "Date"},
        "address": {"type": "string", "title": "Address"},
        "total": {"type": "string", "title": "Total"},
    },
}

Progress = Callable[[int, int, int, int], None]
"""Is told the documents read, of how many, the fields exact so far, of how many."""


class Scored(NamedTuple):
    """One field of one document."""

    field: str
    is_scan: bool
    is_heldout: bool
    exact: bool
    found: bool
    cited: bool | None
    """None where there is no truth about places, or nothing was found."""
    invented: bool | None
    seconds: float


class DocumentsReport(Report):
    """The common report, and the shares that tell kinds of documents apart; None where there was none of a kind."""

    digital: float | None
    scan: float | None
    heldout_layouts: float | None
    seen_layouts: float | None
    cited: float | None
    """Of the fields for which something was found."""
    invented: float | None
    """Of the same."""
    failed: int
    """Documents that could not be read at all; their fields count as wrong."""

    def as_json(self) -> dict[str, object]:
        """Plain data, keys in reading order."""
        plain = self.model_dump(mode="json")
        common = super().as_json()
        extra = ("digital", "scan", "seen_layouts", "heldout_layouts", "cited", "invented", "failed")
        tasks = common.pop("tasks")
        return common | {key: plain[key] for key in extra} | {"tasks": tasks}


async def measure_papers(
    reader: RecordReader, *, episodes: int, seed: int, progress: Progress = lambda *_: None
) -> DocumentsReport:
    """Draw so many invoices, read and score them. Raises SandboxMissing where there is no browser that prints them."""
    with TemporaryDirectory(prefix="handeye-papers-") as place:
        folder = Path(place)
        order = Order(seed, "invoice", "all", scans=SCANS)
        truths = await write_papers(order, range(episodes), folder)
        scored, failed = await _read_all(
            [
                (folder / truth.file, lambda record, spent, truth=truth: _score(record, truth, spent))
                for truth in truths
            ],
            reader,
            read_schema(INVOICE),
            progress,
        )
    return _summed("documents", reader.name, seed, scored, failed)


async def measure_folder(
    reader: RecordReader, folder: Path, *, episodes: int | None, progress: Progress = lambda *_: None
) -> DocumentsReport:
    """Read and score a folder in the layout of SROIE. Raises BenchmarkError where it is none."""
    pictures = sorted(path for path in (folder / "img").glob("*.*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    truths = next((folder / name for name in ("entities", "key") if (folder / name).is_dir()), None)
    if not pictures or truths is None:
        raise BenchmarkError(f"{folder}: there must be pictures in img/, and a text of each in entities/ or key/")
    jobs = []
    for path in pictures[:episodes]:
        truth = _entities(truths, path.stem)
        jobs.append((path, lambda record, spent, truth=truth: _score_plain(record, truth, spent)))
    scored, failed = await _read_all(jobs, reader, read_schema(SROIE), progress)
    return _summed("documents", reader.name, 0, scored, failed)


async def _read_all(
    jobs: Sequence[tuple[Path, Callable[[Record | None, float], list[Scored]]]],
    reader: RecordReader,
    schema: RecordSchema,
    progress: Progress,
) -> tuple[list[Scored], int]:
    limits = Limits()
    worker, recognizer = parser_process(limits), Recognizer(limits)
    scored: list[Scored] = []
    failed = 0
    try:
        for number, (path, score) in enumerate(jobs, start=1):
            begun = time.perf_counter()
            record = None
            try:
                with Document(path, limits=limits, worker=worker) as document:
                    pages = [
                        ReadPage(page, await asyncio.to_thread(read_page, document, page, recognizer))
                        for page in range(1, document.num_pages + 1)
                    ]
                    record = await reader.read(document, pages, schema)
            except DocumentError:
                failed += 1
            scored += score(record, time.perf_counter() - begun)
            progress(number, len(jobs), sum(one.exact for one in scored), len(scored))
    finally:
        worker.end()
        recognizer.close()
    return scored, failed


def _score(record: Record | None, truth: Truth, seconds: float) -> list[Scored]:
    leaves = {leaf.path: leaf for leaf in record.leaves} if record else {}
    bare = _bare(" ".join(word.text for word in truth.words))
    scored = []
    for name in SIX_FIELDS:
        wanted = truth.fields.get(name)
        if wanted is None:
            continue
        leaf = leaves.get(name, Leaf(path=name))
        found = leaf.value is not None
        places = (wanted, *wanted.also)
        cited = found and any(
            leaf.box is not None and leaf.page == place.page and leaf.box.iou(place.box) >= CITED for place in places
        )
        scored.append(
            Scored(
                field=name,
                is_scan=bool(truth.scan),
                is_heldout=truth.heldout,
                exact=found and _plain(leaf) == wanted.value,
                found=found,
                cited=cited if found else None,
                invented=_bare(leaf.quote) not in bare or not leaf.on_page if found else None,
                seconds=seconds / len(SIX_FIELDS),
            )
        )
    return scored


def _score_plain(record: Record | None, truth: dict[str, str], seconds: float) -> list[Scored]:
    """Fields of a document whose truth is texts alone: amounts and dates count by what they mean."""
    leaves = {leaf.path: leaf for leaf in record.leaves} if record else {}
    scored = []
    for name, wanted in truth.items():
        leaf = leaves.get(name, Leaf(path=name))
        found = leaf.value is not None
        exact = found and _means_the_same(name, str(leaf.value), wanted)
        scored.append(Scored(name, True, False, exact, found, None, None, seconds / len(truth)))
    return scored


def _means_the_same(name: str, one: str, other: str) -> bool:
    if name == "total":
        return amount(one) is not None and amount(one) == amount(other)
    if name == "date" and day(one) is not None:
        return day(one) == day(other)
    return _bare(one) == _bare(other)


def _entities(folder: Path, stem: str) -> dict[str, str]:
    path = next((folder / f"{stem}{end}" for end in (".txt", ".json") if (folder / f"{stem}{end}").is_file()), None)
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path else None
    except (OSError, ValueError) as error:
        raise BenchmarkError(f"{path} can't be read as JSON: {error}") from error
    if not isinstance(known, dict):
        raise BenchmarkError(f"{folder}: there must be a JSON object of fields for {stem}")
    return {name: str(known[name]) for name in SROIE["properties"] if known.get(name)}


def _plain(leaf: Leaf) -> str:
    return f"{leaf.value:.2f}" if isinstance(leaf.value, float) else str(leaf.value)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _summed(suite: str, model: str, seed: int, scored: Sequence[Scored], failed: int) -> DocumentsReport:
    lines = [
        Finished(
            number=number,
            task=one.field,
            seed=seed,
            result=EpisodeResult(name=one.field, success=one.exact, seconds=one.seconds),
        )
        for number, one in enumerate(scored, start=1)
    ]
    common = report(suite, model, seed, lines)
    return DocumentsReport(
        **common.model_dump(),
        digital=_share(one.exact for one in scored if not one.is_scan),
        scan=_share(one.exact for one in scored if one.is_scan),
        seen_layouts=_share(one.exact for one in scored if not one.is_heldout),
        heldout_layouts=_share(one.exact for one in scored if one.is_heldout),
        cited=_share(one.cited for one in scored if one.cited is not None),
        invented=_share(one.invented for one in scored if one.invented is not None),
        failed=failed,
    )


def _share(values: Iterable[bool]) -> float | None:
    known = list(values)
    return round(sum(known) / len(known), 4) if known else None
