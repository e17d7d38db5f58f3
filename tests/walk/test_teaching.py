"""A person who takes over teaches: their corrected runs make a model that is promoted, by commands that all have."""

from pathlib import Path

import pytest

from tests.walk.teaching import LEAST_AFTER, MOST_BEFORE, SMALL, WORSE, circle

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_taking_over_teaches(chromium: Path, tmp_path: Path) -> None:
    figures = circle(tmp_path, SMALL)
    record = figures["record"]
    (parcel,) = (row for row in record["tasks"] if row["name"] == "parcel")
    assert figures["before"]["success"] <= MOST_BEFORE
    assert parcel["before"] <= MOST_BEFORE
    assert parcel["now"] >= LEAST_AFTER
    assert record["others"]["change"] >= -WORSE
    assert record["promoted"], record["reason"]
    assert (tmp_path / "models" / "current" / "model.safetensors").exists()
    assert figures["taught"]["steps"]["human"] >= SMALL.runs, "nobody but the person knew the seal"
    assert figures["good"]
