"""The runs of a folder in a small database, so that ten thousand of them are searched without being read.

It is a copy that can be made anew at any time: it lies in the user's cache, and what is of another version or damaged
is thrown away. A run is read again when its folder changed, and while it goes on when its steps did. Words are found by
how they begin: in the task, in thoughts and actions, in addresses, and in what the environment and the guard told of
the screen.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json

from actions.action import ACTION
from agent.errors import RecordError
from agent.journal import read_lines
from agent.recorder import RUN_FILE, STEPS_FILE, read_run
from agent.trajectory import RunRecord
from ui.run_search import Entry, Page, Search, query_of
from ui.words import action_words, headline

PAGE_SIZE = 50
"""Runs on a page."""
_VERSION = 1
_MOST_LETTERS = 200_000
"""Of a run's text that are searched: some 1,000 steps."""
_LONGEST_NOTE = 500
_BUSY_SECONDS = 10.0
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, name TEXT UNIQUE, changed INTEGER, size INTEGER, readable INTEGER, started TEXT, task TEXT,
  outcome TEXT, model TEXT, steps INTEGER, seconds REAL
);
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (readable, started DESC, name DESC);
CREATE INDEX IF NOT EXISTS runs_by_model ON runs (model);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
  about, said, prefix = '1 2 3', tokenize = 'unicode61'
);
PRAGMA user_version = {_VERSION};
"""


class _State(NamedTuple):
    """What tells whether a run has changed."""

    changed: int
    """Nanoseconds of its folder's time."""
    size: int
    """Bytes of its steps, of one that has no outcome; -1 of any other."""


class RunIndex:
    """May be used from any thread, and by several processes at once."""

    def __init__(self, runs: Path, file: Path | None = None) -> None:
        """runs: the folder; file: where the database is, in the user's cache without one."""
        self.runs = runs
        self._file = file or _default_file(runs)
        self._refreshing = threading.Lock()

    def refresh(self, seconds: float = 0.5) -> int:
        """Take in what is new or changed, the newest first, for some seconds; returns how many runs are still to come.

        Raises RecordError when the database can't be written.
        """
        with self._refreshing, self._open() as database:
            ends = time.monotonic() + seconds
            known = _known(database)
            there = _there(self.runs, known)
            gone = [name for name in known if name not in there]
            stale = sorted((name for name, state in there.items() if known.get(name) != state), reverse=True)
            with database:
                for name in gone:
                    _forget(database, name)
            for number, name in enumerate(stale, start=1):
                with database:
                    _take_in(database, self.runs / name, there[name])
                if time.monotonic() > ends:
                    return len(stale) - number
        return 0

    def find(self, search: Search, page: int = 0) -> Page:
        """A page of the runs that fit, the newest first. Raises ValueError for a date that is none, RecordError."""
        query = query_of(search)
        with self._open() as database:
            (total,) = database.execute(f"SELECT count(*) FROM runs WHERE {query.where}", query.values).fetchone()
            rows = database.execute(
                f"SELECT name, started, task, outcome, model, steps, seconds FROM runs WHERE {query.where} "
                "ORDER BY started DESC, name DESC LIMIT ? OFFSET ?",
                (*query.values, PAGE_SIZE, max(page, 0) * PAGE_SIZE),
            ).fetchall()
        return Page(tuple(Entry(*row) for row in rows), total)

    def names(self, search: Search, limit: int) -> list[str]:
        """The names of all runs that fit, the newest first, up to a limit. Raises as `find` does."""
        query = query_of(search)
        with self._open() as database:
            rows = database.execute(
                f"SELECT name FROM runs WHERE {query.where} ORDER BY started DESC, name DESC LIMIT ?",
                (*query.values, limit),
            )
            return [name for (name,) in rows]

    def choices(self) -> tuple[list[str], list[str]]:
        """The outcomes and the models that there are. Raises RecordError."""
        with self._open() as database:
            outcomes = database.execute("SELECT DISTINCT outcome FROM runs WHERE readable = 1 ORDER BY 1").fetchall()
            models = database.execute("SELECT DISTINCT model FROM runs WHERE readable = 1 ORDER BY 1").fetchall()
        return [one for (one,) in outcomes], [one for (one,) in models]

    def folder(self, name: str) -> Path:
        """The folder of a run that was taken in. Raises RecordError for any other name, and for a link."""
        with self._open() as database:
            known = database.execute("SELECT 1 FROM runs WHERE name = ? AND readable = 1", (name,)).fetchone()
        folder = self.runs / name
        if known is None or folder.is_symlink() or not (folder / RUN_FILE).is_file():
            raise RecordError("there is no such run any more")
        return folder

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connected()) as database:
                yield database
        except (OSError, sqlite3.Error) as error:
            raise RecordError(f"the index of runs, {self._file}, can't be used: {error}; delete it") from error

    def _connected(self) -> sqlite3.Connection:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # It tells what the runs tell.
        try:
            return _prepared(self._file)
        except sqlite3.OperationalError:
            raise  # busy or full: what is there may be whole
        except sqlite3.DatabaseError:
            _remove(self._file)
            return _prepared(self._file)


def _prepared(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=_BUSY_SECONDS)
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError("it is of another version")
        if version == 0:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_SCHEMA)
        database.execute("PRAGMA synchronous = OFF")  # A copy that can be made anew needs no waiting for the disk.
    except BaseException:
        database.close()
        raise
    return database


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def _default_file(runs: Path) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    name = sha256(str(runs.resolve()).encode()).hexdigest()[:16]
    return Path(base) / "handeye" / "run-indexes" / f"{name}.sqlite"


def _known(database: sqlite3.Connection) -> dict[str, _State]:
    return {name: _State(*state) for name, *state in database.execute("SELECT name, changed, size FROM runs")}


def _there(runs: Path, known: dict[str, _State]) -> dict[str, _State]:
    """The runs that are in the folder. Only of those that go on more than the folder's own time is looked at."""
    found: dict[str, _State] = {}
    if not runs.is_dir():
        return found
    with os.scandir(runs) as entries:
        for entry in entries:
            try:
                if not entry.is_dir(follow_symlinks=False):
                    continue
                changed, before = entry.stat(follow_symlinks=False).st_mtime_ns, known.get(entry.name)
                same = before is not None and before.changed == changed
                if same or os.path.exists(os.path.join(entry.path, RUN_FILE)):
                    ended = before is not None and same and before.size < 0
                    found[entry.name] = _State(changed, -1 if ended else _size_of_steps(entry.path))
            except OSError:
                continue  # It went while it was looked at.
    return found


def _size_of_steps(folder: str) -> int:
    path = os.path.join(folder, STEPS_FILE)
    return os.stat(path).st_size if os.path.exists(path) else 0


def _forget(database: sqlite3.Connection, name: str) -> None:
    database.execute("DELETE FROM words WHERE rowid = (SELECT id FROM runs WHERE name = ?)", (name,))
    database.execute("DELETE FROM runs WHERE name = ?", (name,))


def _take_in(database: sqlite3.Connection, folder: Path, state: _State) -> None:
    """One run; what can't be read is remembered as that, so that it is not tried again and again."""
    _forget(database, folder.name)
    columns = "name, changed, size, readable, started, task, outcome, model, steps, seconds"
    insert = f"INSERT INTO runs ({columns}) VALUES ({', '.join('?' * 10)})"
    try:
        run = read_run(folder)
        texts = list(_texts(folder))
    except RecordError:
        database.execute(insert, (folder.name, state.changed, -1, 0, "", "", "", "", 0, 0.0))
        return
    outcome = run.outcome
    size = state.size if outcome is None else -1
    known = (headline(outcome), run.model, len(texts), outcome.seconds if outcome else 0.0)
    row = (folder.name, state.changed, size, 1, run.started, run.task.instruction, *known)
    number = database.execute(insert, row).lastrowid
    text = "\n".join(texts)[:_MOST_LETTERS]
    database.execute("INSERT INTO words (rowid, about, said) VALUES (?, ?, ?)", (number, _about(run), text))


def _about(run: RunRecord) -> str:
    return " ".join((run.task.instruction, run.task.id, run.task.url))


def _texts(folder: Path) -> Iterator[str]:
    """The words of each step. A line that is no JSON has none: whoever opens the run is told what is wrong with it."""
    for line in read_lines(folder / STEPS_FILE).whole:
        try:
            step = from_json(line)
        except ValueError:
            step = None
        yield _text_of(step) if isinstance(step, dict) else ""


def _text_of(step: dict[str, Any]) -> str:
    said = [step.get(name) for name in ("thought", "error", "url")]
    return " ".join(
        [*(one for one in said if isinstance(one, str)), _action_text(step.get("action")), *_strings(step.get("info"))]
    )


def _action_text(action: Any) -> str:
    try:
        return action_words(ACTION.validate_python(action)) if action else ""
    except ValueError:
        return ""


def _strings(value: Any) -> Iterator[str]:
    """Every text within JSON."""
    if isinstance(value, str):
        yield value[:_LONGEST_NOTE]
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
