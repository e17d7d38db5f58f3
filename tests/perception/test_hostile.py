"""Hostile documents, a few of those that `python -m tests.perception.hostile` tries by the thousand."""

from __future__ import annotations

import pytest

from tests.perception.hostile import attack


@pytest.mark.slow
def test_hostile_documents_come_to_typed_results() -> None:
    assert attack(500, seed=0, num_office=3) == []
