"""Proof that other projects' own readers load what is exported; each that is installed, the rest are named.

    PYTHONPATH=FOLDER_WITH_THEM python -m tests.agent.exchange.readers

datasets loads every format; TRL's message preparation, LLaMA-Factory's converter and ms-swift's preprocessor take the
records.
"""

# pyright: reportMissingImports=false
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Any

from agent.exchange import formats
from agent.exchange.dataset import export
from agent.exchange.selection import Filters
from agent.trajectory import Reply
from tests.agent.exchange.recorded import NO_SECRETS, REPLY, record


def exported(folder: Path) -> None:
    """All formats, of a run in the full style whose last step had a reply that did not parse."""
    told = [{"shown_history": tuple(f"told {n}" for n in range(i))} for i in range(3)]
    bad = Reply(text="Hm.", finish="stop", error="It is no JSON.")
    good = Reply(text=REPLY, finish="stop", token_ids=(1, 2), logprobs=(-0.5, -1.5))
    run = record(folder / "run", [*told[:2], {**told[2], "replies": (bad, good)}], prompt="computer_use")
    for name in formats.FORMATS:
        export([run], formats.named(name), folder / name, Filters(), NO_SECRETS)


def by_datasets(folder: Path) -> str:
    """`datasets` loads every file; Parquet's and TRL's pictures are decoded."""
    import datasets

    rows = {}
    for name in formats.FORMATS:
        kind, pattern = ("parquet", "data/train-*.parquet") if name == "parquet" else ("json", "train.jsonl")
        files = str(folder / name / pattern)
        loaded: Any = datasets.load_dataset(kind, data_files=files, split="train", cache_dir=str(folder / "cache"))
        rows[name] = len(loaded)
        if name == "trl":
            loaded = with_pictures(loaded, folder / name)
        if name in ("trl", "parquet"):
            assert loaded[2]["images"][2].size == (64, 32), loaded[2]["images"]
    assert rows == {name: 1 if name == "agentnet" else 3 for name in formats.FORMATS}
    return f"datasets {datasets.__version__}: {rows}"


def with_pictures(loaded: Any, folder: Path) -> Any:
    """The same records with pictures in the place of their paths."""
    import datasets

    whole = loaded.map(lambda row: {"images": [str(folder / path) for path in row["images"]]})
    return whole.cast_column("images", datasets.List(datasets.Image()))


def by_trl(folder: Path) -> str:
    """TRL prepares the messages: every picture has its place, and the kind of data set is known."""
    import datasets
    import trl
    from trl.data_utils import is_conversational, prepare_multimodal_messages

    files = str(folder / "trl" / "train.jsonl")
    loaded: Any = datasets.load_dataset("json", data_files=files, split="train", cache_dir=str(folder / "cache"))
    for row in with_pictures(loaded, folder / "trl"):
        assert is_conversational(row)
        messages = prepare_multimodal_messages(row["prompt"] + row["completion"], images=row["images"])
        parts = [part for message in messages for part in message["content"] if part["type"] == "image"]
        assert len(parts) == len(row["images"])
    return f"trl {trl.__version__}: {len(loaded)} records of prompt and completion, their pictures in place"


def by_llamafactory(folder: Path) -> str:
    """LLaMA-Factory finds the data set by its dataset_info.json and converts every record."""
    import llamafactory

    # Its package of readers also imports what sounds and videos need; the two files used here don't.
    package = ModuleType("llamafactory.data")
    package.__path__ = [str(Path(llamafactory.__path__[0]) / "data")]
    sys.modules.setdefault("llamafactory.data", package)
    from llamafactory.data.converter import SharegptDatasetConverter
    from llamafactory.data.parser import get_dataset_list

    root = folder / "llamafactory"
    (described,) = get_dataset_list(["handeye_train"], str(root))
    convert = SharegptDatasetConverter(described, SimpleNamespace(media_dir=str(root)))
    records = [convert(json.loads(line)) for line in (root / described.dataset_name).read_bytes().splitlines()]
    for one in records:
        tags = sum(turn["content"].count("<image>") for turn in one["_prompt"])
        assert one["_response"] == [{"role": "assistant", "content": REPLY}]
        assert tags == len(one["_images"])
        assert all(os.path.isfile(path) for path in one["_images"])
        assert one["_system"].startswith("# Tools")
    return f"llamafactory: {len(records)} records converted"


def by_ms_swift(folder: Path) -> str:
    """ms-swift's own preprocessor keeps the messages with their `loss`, and the pictures."""
    import datasets
    from swift.dataset import AutoPreprocessor

    files = str(folder / "ms-swift" / "train.jsonl")
    loaded: Any = datasets.load_dataset("json", data_files=files, split="train", cache_dir=str(folder / "cache"))
    rows = list(AutoPreprocessor()(loaded))
    last = rows[2]["messages"]
    assert [turn["loss"] for turn in last if turn["role"] == "assistant"] == [False] * (len(last) // 2 - 1) + [True]
    return f"ms-swift: {len(rows)} records, the replies masked in: {len(rows)}"


READERS: tuple[Callable[[Path], str], ...] = (by_datasets, by_trl, by_llamafactory, by_ms_swift)


def main() -> int:
    """Print what loaded and what is not installed; 1 where a reader that is there fails."""
    failed = 0
    with TemporaryDirectory() as temporary:
        exported(Path(temporary))
        for read in READERS:
            try:
                print("loaded   ", read(Path(temporary)))
            except ImportError as error:
                print("missing  ", read.__name__.removeprefix("by_"), f"({error})")
            except Exception as error:
                failed += 1
                print("FAILED   ", read.__name__.removeprefix("by_"), f"{type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
