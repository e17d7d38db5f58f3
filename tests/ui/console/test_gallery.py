"""The pictures of the console in the docs are there, in their sizes, small, and shown."""

from pathlib import Path

import pytest
from PIL import Image

from tests.ui.console.gallery import FOLDER, LAPTOP, MOST_BYTES, PHONE

SIZES = dict.fromkeys(("live", "questions", "documents", "replay"), LAPTOP) | {"phone": PHONE}


def test_all_together_are_small() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(SIZES)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES


@pytest.mark.parametrize("name", SIZES)
def test_each_has_its_size_and_is_shown_in_the_docs(name: str, repository: Path) -> None:
    with Image.open(FOLDER / f"{name}.png") as picture:
        assert picture.size == SIZES[name]
    assert f"pictures/{name}.png" in (repository / "docs" / "console.md").read_text(encoding="utf-8")
