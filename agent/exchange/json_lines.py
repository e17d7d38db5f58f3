"""Files of one JSON object a line, with pictures as PNG files beside them: what four of the formats are.

    train.jsonl  validation.jsonl  images/DIGEST.png

Paths of pictures are relative to the folder. Reading takes a `.jsonl` file, a `.json` file with a list, or a folder of
such files; a picture's path may not leave the folder that it is relative to.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import RecordError
from agent.exchange.episode import Entry, Episode, Picture, Reading, episodes, name_of
from agent.exchange.example import Example, Turn, columns, pictures
from agent.exchange.selection import Selection
from agent.recorder import image_store
from perception.image_store import ImageStore
from perception.observation import ImageRef

IMAGES = "images"
_NOT_RECORDS = ("dataset_info.json",)


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One format whose records are steps."""

    name: str
    lossy: tuple[str, ...]
    """What it can't hold beside what no format is given."""
    record: Callable[[Example, list[str]], dict[str, Any]]
    """The keys of the format itself, with the pictures' paths."""
    conversation: Callable[[Mapping[str, Any]], tuple[tuple[Turn, ...], list[Any]]]
    """The turns of a record, and the names of their pictures. Raises KeyError, TypeError, ValueError, AttributeError
    for what is no such record."""
    beside: Callable[[Mapping[str, str]], dict[str, Any]] | None = None
    """Makes further JSON files: part -> its file in, name -> content out."""

    def write(self, folder: Path, selection: Selection) -> None:
        """Write all parts that have examples, and the pictures. Raises OSError, ImageError."""
        files: dict[str, str] = {}
        store = ImageStore(folder / IMAGES)
        for part, examples in selection.examples.items():
            if examples:
                files[part] = f"{part}.jsonl"
                write_lines(folder / files[part], (self._whole(example) for example in examples))
        for example in selection:
            copy_images(example.folder, store, list(pictures(example)))
        for name, content in (self.beside(files) if self.beside else {}).items():
            (folder / name).write_text(json.dumps(content, indent=2) + "\n")

    def read(self, path: Path, reading: Reading) -> Iterator[Episode]:
        """The episodes of a file or folder. Raises RecordError for what is not of this format."""
        return episodes(self._entries(path, reading), reading)

    def _whole(self, example: Example) -> dict[str, Any]:
        paths = [image_path(image) for image in example.images]
        after = image_path(example.step.after) if example.step.after else ""
        return {**self.record(example, paths), **columns(example), "after": after}

    def _entries(self, path: Path, reading: Reading) -> Iterator[Entry]:
        for file, where, record in read_records(path):
            root = reading.images or file.parent
            try:
                turns, names = self.conversation(record)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise RecordError(f"{where} is no record of {self.name}: {error!r}") from error
            kept, after = record.get("handeye", ""), record.get("after", "")
            yield Entry(
                where=where,
                name=str(record.get("id") or name_of(record)),
                turns=turns,
                pictures=tuple(picture_of(name, root, where) for name in names),
                kept=kept if isinstance(kept, str) else "",
                after=picture_of(after, root, where) if after and kept else None,
            )


def image_path(image: ImageRef) -> str:
    """Where a picture is in the data set's folder."""
    return f"{IMAGES}/{image.digest}.png"


def copy_images(folder: Path, store: ImageStore, images: Sequence[ImageRef]) -> None:
    """Pictures of a run into a data set's folder, pixel for pixel and without what else their files may hold."""
    source = image_store(folder)
    for image in images:
        if not store.path(image.digest).exists():
            store.put(source.get(image))


def write_lines(path: Path, records: Iterator[dict[str, Any]]) -> None:
    """One JSON object a line, in UTF-8."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def read_records(path: Path) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """File, where it stands, and content of every record. Raises RecordError."""
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".jsonl", ".json"))
        files = [file for file in files if file.name not in _NOT_RECORDS]
    if not files:
        raise RecordError(f"{path} holds no .jsonl or .json file to import")
    for file in files:
        for where, record in _lines(file):
            if not isinstance(record, dict):
                raise RecordError(f"{where} is no JSON object")
            yield file, where, record


def picture_of(name: Any, root: Path, where: str) -> Picture:
    """The file of a picture, which must lie under `root`. Raises RecordError."""
    if isinstance(name, Mapping):  # {"path": …} or {"url": …}, as some write it
        name = name.get("path") or name.get("url") or name.get("image")
    if not isinstance(name, str) or not name:
        raise RecordError(f"{where}: a picture must be the path of a file, not {str(name)[:60]!r}")
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise RecordError(f"{where}: the picture {name[:80]} lies outside {root}; name its folder with --images")
    return path


def _lines(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        if file.suffix == ".json":
            content = json.loads(file.read_text(encoding="utf-8"))
            records = content if isinstance(content, list) else [content]
            yield from ((f"{file}, record {number}", record) for number, record in enumerate(records, start=1))
            return
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{file}, line {number}", json.loads(line)
    except OSError as error:
        raise RecordError(f"{file} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise RecordError(f"{file} is not JSON: {error}") from error
