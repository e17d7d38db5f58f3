"""What an evaluation's folder has to tell: faults, spread, failures by how they ended."""

import pytest

from agent.errors import RecordError
from agent.evaluation.account import PER_KIND, account
from agent.evaluation.results import RESULTS, Results
from tests.evaluations import BROKE, LOST, SOLVED, WON, evaluated, named


def test_repeats_are_told_with_their_spread(tmp_path):
    results = [WON, WON, LOST, LOST, *[WON, LOST, LOST, LOST], *[WON, WON, WON, LOST]]
    told = account(evaluated(tmp_path / "e", results, repeats=3))
    assert [repeat.success for repeat in told.repeats] == [0.5, 0.25, 0.75]
    assert told.deviation == pytest.approx(0.25)
    assert told.spread("click") == (0.25, 0.75)
    assert not told.are_same
    assert (told.expected, told.faults) == (12, ())


def test_repeats_that_came_out_alike_are_known(tmp_path):
    told = account(evaluated(tmp_path / "e", [WON, LOST] * 2, repeats=2))
    assert told.are_same
    assert told.deviation == 0.0
    alone = account(evaluated(tmp_path / "alone", [WON, LOST]))
    assert (alone.are_same, alone.deviation, alone.spread("click")) == (False, None, None)


def test_a_repeat_that_is_not_whole_says_nothing_of_the_spread(tmp_path):
    told = account(evaluated(tmp_path / "e", [WON, LOST] * 2, repeats=2, missing=1))
    assert len(told.repeats) == 1
    assert (told.are_same, told.deviation, told.spread("click")) == (False, None, None)


def test_failures_are_grouped_by_how_they_ended_and_of_many_tasks(tmp_path):
    many = [named(LOST, f"task-{number // 4}") for number in range(40)]
    told = account(evaluated(tmp_path / "e", [*many, BROKE, WON, SOLVED], tries=[3]))
    assert [(kind.kind, kind.number, len(kind.examples)) for kind in told.failures] == [
        ("step_limit", 40, PER_KIND),
        ("crashed", 1, 1),
    ]
    assert len({failure.name for failure in told.failures[0].examples}) == PER_KIND
    (broke,) = told.failures[1].examples
    assert (broke.name, broke.seed, broke.reason) == ("click", 40, BROKE.crashed)
    assert broke.picture == tmp_path / "e/pictures/00041-click.png"
    assert told.retried["task-0"] == 1
    assert told.retried["task-1"] == 0


def test_what_does_not_hold_is_a_fault(tmp_path):
    told = account(evaluated(tmp_path / "e", [WON, BROKE, WON, WON], missing=1))
    assert told.faults == (
        "NOT VALID: 1 of 3 episodes crashed, more than 2%",
        "NOT WHOLE: 1 of 4 episodes are still to be played",
    )


def test_what_was_pinned_is_told_and_what_is_empty_is_not(tmp_path):
    pins = account(evaluated(tmp_path / "e", [WON])).pins()
    assert pins["codec"] == "qwen3vl"
    assert pins["settings.evaluation.max_steps"] == "0"
    assert len(pins["episodes_hash"]) == 64
    assert "server" not in pins
    assert not any("api_key" in name for name in pins)


def test_a_picture_outside_of_the_folder_is_none(tmp_path):
    folder = evaluated(tmp_path / "e", [LOST, LOST, LOST])
    (tmp_path / "secret.png").write_bytes((folder / "pictures/00001-click.png").read_bytes())
    (folder / "pictures/00003-click.png").unlink()
    (folder / "pictures/00003-click.png").symlink_to(tmp_path / "secret.png")
    results = Results(folder)
    lines = [line.model_copy(update={"picture": "../secret.png"}) for line in results.finished[:1]]
    lines += results.finished[1:]
    results.close()
    (folder / RESULTS).unlink()
    results = Results(folder)
    for line in lines:
        results.add(line)
    results.close()
    (kind,) = account(folder).failures
    assert [failure.picture is None for failure in kind.examples] == [True, False, True]


def test_a_folder_that_is_none_or_was_changed_is_refused(tmp_path):
    with pytest.raises(RecordError, match="name the folder of an evaluation"):
        account(tmp_path)
    folder = evaluated(tmp_path / "e", [WON, LOST])
    path = folder / RESULTS
    path.write_bytes(path.read_bytes().replace(b'"success":false', b'"success":true'))
    with pytest.raises(RecordError, match="line 2 does not match its checksum"):
        account(folder)
