"""Where the console looks for what it shows, and puts what it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent.settings import SecretSettings


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one console."""

    runs: Path = Path("runs")
    """Of runs, a folder each."""
    evaluations: Path = Path("evaluations")
    """Of evaluations, a folder each, as `handeye eval` and `handeye promote` leave them."""
    training: Path = Path("build/train")
    """Of training runs, a folder each, as `handeye train` leaves them."""
    current: Path = Path("models/current")
    """The model in use, that `handeye promote` puts better ones into."""
    datasets: Path = Path("datasets")
    """Of data sets, a folder each, as `handeye export` leaves them."""
    config: Path | None = None
    """The settings file that was named, for commands that the console starts."""
    secrets: Mapping[str, SecretSettings] = field(default_factory=dict, kw_only=True)
    """Those that the settings name: they are taken out of every data set."""
