"""Enter generated invoices into the demo's books while the process is killed with -9 again and again, and let the
books, read from SQLite alone, say what was entered.

    python -m tests.walk.booking --invoices 100 --kills 10 [--seed 4] [--scans 0.2]
    python -m tests.walk.booking --invoices 10 --kills 0 --model nano --least 0.5

Invoices are PDFs, read by their labels. A policy that knows the form fills it in; on every tenth document it makes a
mistake that the program does not notice, and nothing but the read-back stands between that and the books. Kills fall in
turn at a random moment, before the program has booked what was sent, after it has, before the click that sends it, and
soon after the start, when what was cut is being settled. What was held back or cut is entered in a later call. A person
who reads the paper is asked about records that are in doubt, and about nothing else; how many that were is told. Exit
code 1 where an entry is double or is not what the paper says, or where more than one invoice in fifty is not entered.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Literal, NamedTuple

from agent.asking import policy_of
from agent.booking.batch import PERSON, Batch, Crew, Deciding, enter_all
from agent.booking.filling import Filling
from agent.booking.ledger import Ledger, Read, Standing
from agent.booking.wanted import meant
from agent.guard.rules import Asks, Rules
from agent.settings import ModelSettings, RunSettings
from perception.document.document import parser_process
from perception.document.limits import Limits
from perception.document.opening import open_document
from perception.extraction.label_reader import LabelReader
from perception.extraction.reader import read_record
from perception.extraction.record import Record, Scalar
from perception.extraction.schema import RecordSchema, read_schema
from perception.geometry import Size
from perception.ocr import Recognizer
from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.entry import FIELDS, Entry
from sandboxes.demos.erp.server import ErpServer
from sandboxes.demos.papers.folder import write_papers
from sandboxes.demos.papers.paper import Order
from sandboxes.demos.papers.truth import Truth
from sandboxes.errors import SandboxError
from tests.walk.filler import INVOICE, MISTAKES, SAID, Filler, Form, Mistake, form_task

KINDS = ("moment", "before", "after", "click", "start")
Count = Literal["right", "wrong", "misread", "double"]
MOST_CALLS = 8
"""After the last kill: what was held back, or what something outside broke, is entered in the next one."""
BROKE = 3
"""Exit code of a call that something outside ended, such as a browser that was too slow: the next one goes on."""
SMALL = Size(width=640, height=400)
"""The view for a model that learned from small screens."""
UNGUARDED = Rules(ask=Asks(sending="allow"))
"""The read-back alone holds anything back."""


class Plot(NamedTuple):
    """When a process is killed: at its n-th document, in this way; an empty kind never."""

    kind: str = ""
    number: int = 0
    seconds: float = 0.0


class Tally(NamedTuple):
    """What came of a batch. Silently wrong is `wrong` and `misread` together: nobody was asked about either."""

    invoices: int
    kills: int
    right: int
    """Invoices that stand in the books once, as the paper says."""
    asked: int
    """Of all documents, those about which a person was asked what they say, since their record was in doubt."""
    wrong: int
    """Entries that are no document's record: what the read-back is there to hold."""
    misread: int
    """Entries that are what the record says, which is not what the paper says: what doubts are there to hold."""
    double: int
    """Entries of a document that was entered before."""
    waiting: int
    """Documents that are not entered."""
    held: int
    """Mistakes of the policy that the read-back held; they are entered rightly by the next call."""
    alarms: int
    """Forms that it held though they were filled in rightly."""
    told: dict[str, int]
    """How many documents came to which state, and by whom."""
    said: dict[str, str]
    """Why documents wait, by their names."""
    seconds: float

    def proves(self, least: float) -> bool:
        """Nothing double, nothing silently wrong, and at least this share in the books."""
        return not (self.double or self.wrong or self.misread) and self.right >= least * self.invoices


class Perilous(Books):
    """Books in which whoever sends something can be killed."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.num_booked, self.plot = 0, Plot()
        self.kill: Callable[[], None] = lambda: None

    def book(self, entry: Entry) -> str:
        """Book, and kill the sender before or after that; before, it comes late."""
        self.num_booked += 1
        hit = self.num_booked == self.plot.number
        if hit and self.plot.kind == "before":
            self.kill()
            time.sleep(1.0)
        receipt = super().book(entry)
        if hit and self.plot.kind == "after":
            self.kill()
        return receipt


class Asked(NamedTuple):
    """What is entered, and by whom."""

    invoices: int
    seed: int
    scans: float = 0.0
    model: str = ""
    """Who fills the form in; empty for the policy that knows it."""


def prove(folder: Path, wanted: Asked, kills: int, say: Callable[[str], None]) -> Tally:
    """Draw the papers, enter them under fire, and count."""
    began = time.monotonic()
    inbox, chance = folder / "inbox", random.Random(wanted.seed)
    inbox.mkdir()
    order = Order(wanted.seed, "invoice", "seen", scans=wanted.scans)
    truths = asyncio.run(write_papers(order, range(wanted.invoices), inbox))
    papers = {truth.file: Entry(**{name: truth.fields[name].value for name in FIELDS}) for truth in truths}
    books = Perilous(folder / "books.sqlite")
    fell = 0
    with ErpServer(books) as server:
        for plot in [*_plots(kills, wanted.invoices, chance), *[Plot()] * MOST_CALLS]:
            code = _one_process(folder, server.url, books, plot, wanted.model)
            fell += code == -signal.SIGKILL
            say(f"{fell} kills, {len(books.bookings())} of {wanted.invoices} booked ({plot.kind or 'no kill'})")
            if not plot.kind and (_is_over(folder, wanted.invoices) or (wanted.model and code == 0)):
                break
    return _tally(folder, papers, fell, time.monotonic() - began)


def _plots(kills: int, invoices: int, chance: random.Random) -> Iterator[Plot]:
    most = max(1, invoices // (kills + 1))
    for index in range(kills):
        seconds = chance.uniform(0.0, 4.0)
        yield Plot(KINDS[index % len(KINDS)], chance.randint(1, most), seconds)


def _one_process(folder: Path, url: str, books: Perilous, plot: Plot, model: str) -> int:
    """The exit code of a call, which has ended."""
    command = [sys.executable, "-m", "tests.walk.booking", "--enter", str(folder), "--url", url, "--model", model]
    if plot.kind == "click":
        command += ["--cut", str(plot.number)]
    with (folder / "entering.log").open("a") as log, subprocess.Popen(command, stdout=log, stderr=log) as child:
        books.num_booked, books.plot, books.kill = 0, plot, lambda: child.send_signal(signal.SIGKILL)
        if plot.kind == "moment":
            while child.poll() is None and books.num_booked < plot.number:
                time.sleep(0.02)
        if plot.kind in ("moment", "start"):
            deadline = time.monotonic() + plot.seconds + (3.0 if plot.kind == "start" else 0.0)
            while child.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            child.send_signal(signal.SIGKILL)
        code = child.wait(timeout=3600)
    assert code in (0, BROKE, -signal.SIGKILL), (folder / "entering.log").read_text()[-3000:]
    return code


def _is_over(folder: Path, invoices: int) -> bool:
    with closing(Ledger(folder / "batch")) as ledger:
        standings = ledger.standings.values()
        return len(standings) == invoices and all(one.is_settled or _waits(one) for one in standings)


def _waits(standing: Standing) -> bool:
    """Whether a person has to say what the document says: no call alone can enter it."""
    return standing.receipt is not None and standing.receipt.by == "record"


def _tally(folder: Path, truths: Mapping[str, Entry], kills: int, seconds: float) -> Tally:
    with closing(Ledger(folder / "batch")) as ledger:
        standings = list(ledger.standings.values())
    entries = [booking.entry for booking in Books(folder / "books.sqlite").bookings()]
    mistakes = {line.split()[0] for line in (folder / "mistakes.txt").read_text().splitlines()}
    screens = [screen for one in standings for screen in one.screens if screen.reason]
    waiting = [one for one in standings if one.receipt is None or one.receipt.state not in ("entered", "sent")]
    told = Counter(f"{one.receipt.state} by {one.receipt.by}" for one in standings if one.receipt is not None)
    return Tally(
        invoices=len(truths),
        kills=kills,
        **counted(entries, standings, truths),
        asked=sum(one.record is not None and one.record.read_by == PERSON for one in standings),
        waiting=len(waiting),
        held=sum(screen.run in mistakes for screen in screens),
        alarms=sum(screen.run not in mistakes for screen in screens),
        told=dict(told),
        said={one.name: one.receipt.said if one.receipt else "open" for one in waiting},
        seconds=round(seconds, 1),
    )


def counted(entries: Sequence[Entry], standings: Sequence[Standing], truths: Mapping[str, Entry]) -> dict[Count, int]:
    """Each entry is held against what its document's record says, and that against what the paper says; truths: by the
    files' names. Two papers that were read as the same are two misread ones, and no double entry."""
    records = [(_as_entry(one.record.values), truths[one.name]) for one in standings if one.record and one.runs]
    counts: dict[Count, int] = {"right": 0, "wrong": 0, "misread": 0, "double": 0}
    left = list(records)
    for entry in entries:
        mine = next((pair for pair in left if not pair[0].differs(entry)), None)
        if mine is None:
            is_again = any(not record.differs(entry) for record, _ in records)
            counts["double" if is_again else "wrong"] += 1
            continue
        left.remove(mine)
        counts["misread" if mine[1].differs(entry) else "right"] += 1
    return counts


def _as_entry(values: Mapping[str, Scalar]) -> Entry:
    amounts = ("net", "tax", "total")
    return Entry(**{name: f"{values[name]:.2f}" if name in amounts else str(values[name]) for name in FIELDS})


async def enter(folder: Path, url: str, cut: int, model: str) -> int:
    """Go on with the batch in a folder; cut: before which click on the button it ends itself. Returns the exit code."""
    eye, worker, reader, schema = Recognizer(), parser_process(Limits()), LabelReader(), read_schema(INVOICE)
    form, num_saves = Form(), 0

    def count() -> None:
        nonlocal num_saves
        num_saves += 1
        if num_saves == cut:
            os.kill(os.getpid(), signal.SIGKILL)

    form.before_save = count

    async def read(path: Path) -> Record:
        with open_document(path, worker=worker) as document:
            return await read_record(document, range(1, document.num_pages + 1), eye, reader, schema)

    async def says(name: str, schema: RecordSchema, read: Read) -> dict[str, Scalar]:
        truth = Truth.model_validate_json((folder / "inbox" / name).with_suffix(".json").read_text())
        fields = {one.path: one for one in schema.fields}
        return {path: meant(field, str(truth.fields[path].value)) for path, field in fields.items()}

    task = form_task(url)
    if model:
        task = task.model_copy(update={"viewport": SMALL})
    try:
        await form.find_places(task)
        with closing(Ledger(folder / "batch")) as ledger:
            async with _deciding(model, form, eye, ledger, folder / "mistakes.txt") as deciding:
                batch = Batch(
                    task=task,
                    schema=schema,
                    listed=f"{url}/?number={{number}}",
                    settings=RunSettings(max_steps=60),
                    rules=UNGUARDED,
                )
                crew = Crew(environment=form, deciding=deciding, reading=read, eye=eye, mending=says)
                outcome = await enter_all(batch, sorted((folder / "inbox").glob("*.pdf")), ledger, crew)
            print(outcome)
            return 0 if outcome is None else BROKE
    except SandboxError as error:
        print(error)
        return BROKE
    finally:
        await form.close()
        eye.close()
        worker.end()


@asynccontextmanager
async def _deciding(model: str, form: Form, eye: Recognizer, ledger: Ledger, noted: Path) -> AsyncIterator[Deciding]:
    if not model:
        yield lambda wanted: Filler(form, wanted, _mistake(ledger, noted))
        return
    async with policy_of(ModelSettings(name=model)) as policy:
        yield lambda wanted: Filling(policy, wanted, eye, SAID)


def _mistake(ledger: Ledger, noted: Path) -> Mistake:
    """Every tenth document is filled in wrongly the first time; which runs that are is noted down."""
    standings = list(ledger.standings.values())
    number = next(index for index, one in enumerate(standings) if one.open_run)
    mistake: Mistake = MISTAKES[number // 10 % len(MISTAKES)] if number % 10 == 4 else ""
    if not mistake or len(standings[number].runs) > 1:
        return ""
    with noted.open("a") as file:
        file.write(f"{standings[number].open_run} {mistake}\n")
    return mistake


def main() -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=20)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--scans", type=float, default=0.0, help="the share that comes from a scanner")
    parser.add_argument("--model", default="", help="who fills the form in; without, a policy that knows it")
    parser.add_argument("--least", type=float, default=0.98, help="the share that has to be entered rightly")
    parser.add_argument("--enter", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--cut", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.enter is not None:
        return asyncio.run(enter(options.enter, options.url, options.cut, options.model))
    folder = Path(tempfile.mkdtemp(prefix="handeye-booking-"))
    (folder / "mistakes.txt").touch()
    wanted = Asked(options.invoices, options.seed, options.scans, options.model)
    tally = prove(folder, wanted, options.kills, lambda line: print(line, flush=True))
    print(json.dumps({**tally._asdict(), "folder": str(folder)}))
    return int(not tally.proves(options.least))


if __name__ == "__main__":
    sys.exit(main())
