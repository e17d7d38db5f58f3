"""Parquet files with the pictures in them, as `datasets` loads a folder or a repository of its hub: the columns of TRL.

    data/train-00000-of-00001.parquet

The file's metadata says which columns are pictures, so nothing has to be cast. Needs pyarrow, the extra `data`.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import ExchangeMissing, RecordError
from agent.exchange import trl
from agent.exchange.episode import Entry, Episode, Picture, Reading, episodes, name_of
from agent.exchange.example import Example, columns
from agent.exchange.json_lines import picture_of
from agent.exchange.selection import Selection
from agent.recorder import image_store
from perception.observation import ImageRef
from perception.screenshot import encode_png

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "data"
_ROWS = 64
"""Rows of a group: what is in memory at a time."""
_TEXT: Any = {"dtype": "string", "_type": "Value"}
_NUMBERS: Any = {"feature": {"dtype": "int64", "_type": "Value"}, "_type": "List"}
_SHARES: Any = {"feature": {"dtype": "float64", "_type": "Value"}, "_type": "List"}
_MESSAGES: Any = {
    "feature": {"role": _TEXT, "content": {"feature": {"type": _TEXT, "text": _TEXT}, "_type": "List"}},
    "_type": "List",
}
_IMAGE: Any = {"_type": "Image"}
FEATURES: dict[str, Any] = {
    "prompt": _MESSAGES,
    "completion": _MESSAGES,
    "images": {"feature": _IMAGE, "_type": "List"},
    "after": _IMAGE,
    "id": _TEXT,
    "task_id": _TEXT,
    "actor": _TEXT,
    "token_ids": _NUMBERS,
    "logprobs": _SHARES,
    "handeye": _TEXT,
}
"""The columns, as `datasets` describes them."""


class Parquet:
    """The format."""

    name = "parquet"
    lossy = ()

    def write(self, folder: Path, selection: Selection) -> None:
        """Write all parts that have examples. Raises OSError, ImageError, ExchangeMissing without pyarrow."""
        pa, pq = _pyarrow()
        described = {"huggingface": json.dumps({"info": {"features": FEATURES}})}
        schema = pa.schema([(name, _type(pa, kind)) for name, kind in FEATURES.items()], metadata=described)
        for part, examples in selection.examples.items():
            if not examples:
                continue
            path = folder / FOLDER / f"{part}-00000-of-00001.parquet"
            path.parent.mkdir(exist_ok=True)
            with pq.ParquetWriter(path, schema) as writer:
                for begin in range(0, len(examples), _ROWS):
                    rows = [_row(example) for example in examples[begin : begin + _ROWS]]
                    writer.write_table(pa.Table.from_pylist(rows, schema=schema))

    def read(self, path: Path, reading: Reading) -> Iterator[Episode]:
        """The episodes of a file or folder. Raises RecordError for what is not of this format."""
        return episodes(self._entries(path, reading), reading)

    def _entries(self, path: Path, reading: Reading) -> Iterator[Entry]:
        pa, pq = _pyarrow()
        files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not files:
            raise RecordError(f"{path} holds no .parquet file to import")
        for file in files:
            try:
                batches = pq.ParquetFile(file).iter_batches(batch_size=_ROWS)
                rows = (row for batch in batches for row in batch.to_pylist())
                for number, row in enumerate(rows, start=1):
                    yield self._entry(row, f"{file}, row {number}", reading.images or file.parent)
            except (pa.ArrowInvalid, OSError) as error:
                raise RecordError(f"{file} can't be read as Parquet: {str(error).splitlines()[0]}") from error

    def _entry(self, row: dict[str, Any], where: str, root: Path) -> Entry:
        try:
            turns, images = trl.conversation(row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"{where} is no record of {self.name}: {error!r}") from error
        after = row.get("after")
        return Entry(
            where=where,
            name=str(row.get("id") or name_of({"prompt": row.get("prompt"), "messages": row.get("messages")})),
            turns=turns,
            pictures=tuple(_picture(image, root, where) for image in images),
            kept=row.get("handeye") or "",
            after=_picture(after, root, where) if after and row.get("handeye") else None,
        )


def _row(example: Example) -> dict[str, Any]:
    after = example.step.after
    return {
        **trl.record(example, _images(example, example.images)),
        **columns(example),
        "after": _images(example, [after])[0] if after else None,
    }


def _images(example: Example, images: Sequence[ImageRef]) -> list[dict[str, Any]]:
    store = image_store(example.folder)
    return [{"bytes": encode_png(store.get(image)), "path": f"{image.digest}.png"} for image in images]


def _picture(image: Any, root: Path, where: str) -> Picture:
    if isinstance(image, dict) and isinstance(image.get("bytes"), bytes):
        return image["bytes"]
    return picture_of(image, root, where)


def _type(pa: Any, feature: Any) -> "pa.DataType":
    kind = feature.get("_type") if isinstance(feature.get("_type"), str) else None
    match kind:
        case "Value":
            return {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}[feature["dtype"]]
        case "List":
            return pa.list_(_type(pa, feature["feature"]))
        case "Image":
            return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        case _:
            return pa.struct([(name, _type(pa, one)) for name, one in feature.items()])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ExchangeMissing('Parquet needs the package pyarrow: pip install "handeye[data]"') from error
    return pyarrow, pyarrow.parquet
