"""Runs are sent to a data set of a name that is one, whole or not at all, without secrets."""

from pathlib import Path

import pytest

from agent.errors import RecordError, SettingsError
from agent.exchange.selection import Filters
from agent.settings import SecretSettings
from tests.agent.exchange.recorded import record
from ui.console.dataset_folder import DatasetFolder

SECRET = "correct-Horse 77 battery?"


def test_runs_become_a_data_set(tmp_path: Path) -> None:
    runs = [record(tmp_path / "a"), record(tmp_path / "b", [{}, {}])]
    datasets = DatasetFolder(tmp_path / "sets")
    report = datasets.send(runs, "forms-1", "sharegpt", Filters())
    assert (report.num_runs, report.num_train) == (2, 3)
    assert (tmp_path / "sets" / "forms-1" / "SHA256SUMS").is_file()
    with pytest.raises(RecordError, match="already and not empty"):
        datasets.send(runs, "forms-1", "sharegpt", Filters())
    with pytest.raises(SettingsError, match="there is no format"):
        datasets.send(runs, "forms-2", "csv", Filters())
    with pytest.raises(RecordError, match="nothing is left to export"):
        datasets.send(runs, "forms-2", "sharegpt", Filters(approved=True))
    assert [path.name for path in (tmp_path / "sets").iterdir()] == ["forms-1"]


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "/etc/x", "a/b", "a\\b", ".hidden", "a\0b", "a\n", "x" * 81])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    run = record(tmp_path / "a")
    with pytest.raises(RecordError, match="letters, digits, points and dashes"):
        DatasetFolder(tmp_path / "sets").send([run], name, "sharegpt", Filters())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_secrets_are_taken_out_or_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = record(tmp_path / "a", [{"thought": f"Type {SECRET}", "shown_history": (f"Type {SECRET}",)}])
    secrets = {"shop": SecretSettings(source="env:SHOP_PASSWORD", hosts=("shop.test",))}
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    with pytest.raises(SettingsError, match="the secret shop is not there"):
        DatasetFolder(tmp_path / "sets", secrets).send([run], "one", "sharegpt", Filters())
    assert not (tmp_path / "sets").exists()
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    DatasetFolder(tmp_path / "sets", secrets).send([run], "one", "sharegpt", Filters())
    assert SECRET not in (tmp_path / "sets" / "one" / "train.jsonl").read_text()
