"""The command line of a training run on a bare machine: a flag for each plain setting of its config."""

import argparse
from dataclasses import asdict
from typing import Any


def flags(config: Any, description: str) -> argparse.ArgumentParser:
    """A parser with the numbers and texts of a config as flags, its values as defaults."""
    parser = argparse.ArgumentParser(description=description)
    for name, default in asdict(config).items():
        if isinstance(default, int | float | str) and not isinstance(default, bool):
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    return parser


def say(figures: dict[str, Any]) -> None:
    """A report that prints each line of figures at once."""
    print(figures, flush=True)
