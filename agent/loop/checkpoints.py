"""Where the graph's checkpoints are: a SQLite file in the run's folder, or a PostgreSQL database for several machines.

A checkpoint says where a round was; steps and ledger are the truth about what happened, and a run without its
checkpoint goes on from them. So the file is not synced at every write (a kill loses nothing, a power cut the last
writes), and only the newest checkpoint is kept. Only plain data is read back: a checkpoint can't make this process
build objects.
"""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from agent.errors import RecordError
from agent.trajectory import RunRecord

CHECKPOINTS_FILE = "graph.sqlite"
KEPT = 20
"""Checkpoints that may be there before the older ones are deleted."""
_WAL_PAGES = 32
"""Of 4 KiB, in SQLite's log before they go into the file."""


class Checkpoints(NamedTuple):
    """An open place, and the run's name there."""

    saver: BaseCheckpointSaver[Any]
    thread_id: str


@asynccontextmanager
async def open_checkpoints(folder: Path, run: RunRecord, url: str = "") -> AsyncIterator[Checkpoints]:
    """The checkpoints of a run; url: of a database (postgresql://…), empty for the file in the run's folder.

    Raises RecordError when they can't be read or written, ModuleNotFoundError without the extra `postgres`.
    """
    if url:
        async with _in_database(url) as saver:
            # Several machines share it, and two of them may name a run alike.
            yield Checkpoints(saver, f"{run.id} {run.started}")
    else:
        async with _in_file(folder) as saver:
            yield Checkpoints(saver, run.id)


@asynccontextmanager
async def _in_file(folder: Path) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    try:
        with closing(sqlite3.connect(folder / CHECKPOINTS_FILE, check_same_thread=False)) as connection:
            connection.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
            connection.execute("PRAGMA synchronous=NORMAL")
            yield _NewestInFile(connection, serde=_plain())
    except sqlite3.Error as error:
        raise RecordError(
            f"{folder / CHECKPOINTS_FILE} can't be written: {error}; free some space, then: handeye resume {folder}"
        ) from error


@asynccontextmanager
async def _in_database(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    from psycopg import AsyncConnection, Error
    from psycopg.rows import dict_row

    try:
        options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
        async with await AsyncConnection.connect(url, **options) as connection:
            saver = await _newest_in_database(connection)
            yield saver
    except Error as error:
        said = " ".join(str(error).split())
        raise RecordError(f"the database of checkpoints can't be used (run.checkpoints): {said}") from error


async def _newest_in_database(connection: Any) -> BaseCheckpointSaver[Any]:
    """A saver that deletes what it no longer needs, every now and then."""
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    class Newest(AsyncPostgresSaver):
        num_put = 0

        async def aput(
            self,
            config: RunnableConfig,
            checkpoint: Checkpoint,
            metadata: CheckpointMetadata,
            new_versions: ChannelVersions,
        ) -> RunnableConfig:
            put = await super().aput(config, checkpoint, metadata, new_versions)
            self.num_put += 1
            if self.num_put % KEPT == 0:
                await self.aprune([config.get("configurable", {})["thread_id"]])
            return put

    saver = Newest(connection, serde=_plain())
    await saver.setup()
    return saver


class _NewestInFile(SqliteSaver):
    """Deletes what it no longer needs, every now and then.

    It writes in the loop's own thread: a write that is not synced takes less than handing it to another thread.
    """

    _num_put = 0

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that the config names."""
        return self.get_tuple(config)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote."""
        self.put_writes(config, writes, task_id, task_path)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        put = self.put(config, checkpoint, metadata, new_versions)
        self._num_put += 1
        if self._num_put % KEPT == 0:
            name: dict[str, Any] = config.get("configurable", {})
            older = (str(name["thread_id"]), name["checkpoint_ns"], checkpoint["id"])
            with self.cursor() as cursor:
                for table in ("checkpoints", "writes"):
                    cursor.execute(
                        f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id < ?", older
                    )
        return put


def _plain() -> JsonPlusSerializer:
    return JsonPlusSerializer(allowed_msgpack_modules=None)
