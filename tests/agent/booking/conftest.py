"""One process that reads pixels, for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perception.ocr import Recognizer


@pytest.fixture(scope="session")
def eye() -> Iterator[Recognizer]:
    reader = Recognizer()
    reader.start()  # in this thread, which outlives every test's loop
    yield reader
    reader.close()
