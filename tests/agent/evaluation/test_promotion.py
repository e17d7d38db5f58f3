"""A candidate takes the place of the model in use only when it is better beyond doubt."""

import json
from pathlib import Path

import pytest

from agent.errors import RecordError
from agent.evaluation.benchmark import EpisodeResult
from agent.evaluation.playing import Finished
from agent.evaluation.promotion import Decision, Side, carry_out, decide, put_in_place, read_decisions, record_of
from agent.evaluation.report import Report, report
from perception.errors import ModelError


def played(*, won: int, number: int = 100, crashed: int = 0, seed: int = 1_000_001) -> Report:
    """Half of the episodes are of one task, half of another."""
    lines = []
    for index in range(number):
        broken = "it broke" if index >= number - crashed else ""
        result = EpisodeResult(name="ab"[index % 2], success=index < won and not broken, crashed=broken)
        lines.append(Finished(number=index + 1, task="t", seed=seed + index, result=result))
    return report("miniwob", "m", seed, lines)


def both(a: int, b: int) -> Report:
    """So many of the 50 episodes of each task are won."""
    results = [EpisodeResult(name=name, success=i < won) for name, won in (("a", a), ("b", b)) for i in range(50)]
    lines = [Finished(number=number, task="t", seed=number, result=one) for number, one in enumerate(results, 1)]
    return report("miniwob", "m", 1_000_001, lines)


def side(folder: Path, name: str) -> Side:
    return Side(
        folder=str(folder / name), name=name, weights={}, evaluation="", success=0, ci95=(0, 1), episodes=1, crashed=0
    )


def decided(folder: Path, before: Report, candidate: Report, margin: float = 0.0) -> Decision:
    return decide(before, candidate, (side(folder, "current"), side(folder, "candidate")), margin=margin)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A model in use and a candidate."""
    for name in ("current", "candidate"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(name)
    (tmp_path / "candidate" / "model.safetensors").write_text("new")
    return tmp_path


@pytest.mark.parametrize(
    ("before", "candidate", "margin", "promoted"),
    [(50, 70, 0.0, True), (50, 60, 0.0, False), (50, 70, 0.1, False), (70, 50, 0.0, False), (50, 90, 0.1, True)],
)
def test_only_a_sure_gain_promotes(tmp_path: Path, before: int, candidate: int, margin: float, promoted: bool) -> None:
    found = decided(tmp_path, played(won=before), played(won=candidate), margin)
    assert found.promoted == promoted
    assert (found.ci95[0] > margin) == promoted
    assert [row["name"] for row in found.tasks] == ["a", "b"]


@pytest.mark.parametrize(
    ("taught", "others", "worse", "promoted"),
    [(40, 49, 0.02, True), (40, 48, 0.02, False), (40, 48, 0.05, True), (12, 50, 0.02, False), (40, 50, 0.0, True)],
)
def test_what_was_taught_has_to_be_better_and_the_rest_hardly_worse(
    tmp_path: Path, taught: int, others: int, worse: float, promoted: bool
) -> None:
    """Before 10 of 50 at what is taught, and all of the other."""
    sides = (side(tmp_path, "current"), side(tmp_path, "candidate"))
    before, candidate = both(10, 50), both(taught, others)
    found = decide(before, candidate, sides, taught=("a",), worse=worse)
    assert found.promoted == promoted, found.reason
    assert found.change == pytest.approx((taught - 10) / 50)
    assert found.others is not None
    assert found.others["change"] == pytest.approx((others - 50) / 50)
    assert (found.taught, found.worse) == (("a",), worse)
    assert Decision.model_validate_json(found.model_dump_json()).model_dump_json() == found.model_dump_json()


def test_without_others_what_was_taught_is_all(tmp_path: Path) -> None:
    sides = (side(tmp_path, "current"), side(tmp_path, "candidate"))
    found = decide(both(10, 50), both(40, 90), sides, taught=("a", "b"))
    assert (found.promoted, found.others) == (True, None)


def test_where_too_much_crashed_nothing_is_promoted(tmp_path: Path) -> None:
    found = decided(tmp_path, played(won=10), played(won=90, crashed=5))
    assert not found.promoted
    assert "crashed" in found.reason


def test_other_episodes_are_no_comparison(tmp_path: Path) -> None:
    for other in (played(won=90, seed=1_000_050), played(won=90, number=120)):
        with pytest.raises(RecordError, match="did not play the same episodes"):
            decided(tmp_path, played(won=10), other)


def test_the_better_one_takes_the_place_and_the_older_stays_beside_it(models: Path) -> None:
    current = models / "current"
    found = carry_out(decided(models, played(won=50), played(won=70)), current)
    assert (current / "config.json").read_text() == "candidate"
    assert (Path(found.kept) / "config.json").read_text() == "current"
    assert (models / "candidate" / "config.json").read_text() == "candidate"
    again = carry_out(decided(models, played(won=50), played(won=51)), current)
    assert (again.promoted, again.kept) == (False, "")
    lines = [json.loads(line) for line in record_of(current).read_text().splitlines()]
    assert [line["promoted"] for line in lines] == [True, False]
    assert sorted(path.name for path in models.iterdir()) == [
        "candidate",
        "current",
        "current.before-1",
        "current.jsonl",
    ]


def test_the_record_is_read_without_making_anything(models: Path) -> None:
    assert read_decisions(models / "nowhere" / "current") == []
    assert not (models / "nowhere").exists()
    written = carry_out(decided(models, played(won=50), played(won=70)), models / "current")
    (read,) = read_decisions(models / "current")
    assert read.model_dump_json() == written.model_dump_json()
    record_of(models / "current").write_text("{}\n")
    with pytest.raises(RecordError, match="line 1"):
        read_decisions(models / "current")


def test_a_place_that_is_empty_is_taken(models: Path) -> None:
    assert put_in_place(models / "candidate", models / "deeper" / "current") is None
    assert (models / "deeper" / "current" / "config.json").read_text() == "candidate"


def test_what_a_kill_left_half_copied_is_not_used(models: Path) -> None:
    (models / ".current.unfinished").mkdir()
    (models / ".current.unfinished" / "half").write_text("")
    kept = put_in_place(models / "candidate", models / "current")
    assert kept is not None
    assert not (models / "current" / "half").exists()


def test_a_candidate_that_can_not_be_copied_changes_nothing(models: Path) -> None:
    with pytest.raises(ModelError, match="can't be replaced"):
        put_in_place(models / "nowhere", models / "current")
    assert (models / "current" / "config.json").read_text() == "current"
