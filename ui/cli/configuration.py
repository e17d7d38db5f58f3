"""The one place where settings are built: a TOML file, under HANDEYE_ variables, under this command's
flags."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.settings import Settings

FLAGS = {
    "model": "model.name",
    "codec": "model.codec",
    "prompt": "model.prompt",
    "sampling": "model.sampling",
    "number_format": "model.dtype",
    "runs": "run.folder",
    "evaluations": "evaluation.folder",
    "max_steps": "run.max_steps",
    "max_seconds": "run.max_seconds",
    "max_tokens": "run.max_tokens",
    "viewport": "browser.viewport",
    "headed": "browser.headed",
}
"""Name of a parsed flag -> the setting that it lays over."""


def load_settings(arguments: argparse.Namespace) -> "Settings":
    """The settings of this command. Raises SettingsError, which ends it with exit code 2."""
    from agent.settings import load

    settings = load(Path(arguments.config) if arguments.config else None, given_flags(arguments))
    if getattr(arguments, "guard", None) is None:
        return settings
    from agent.guard.rules import Rules

    return settings.model_copy(update={"guard": Rules.load(Path(arguments.guard))})


def given_flags(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that this command's flags lay over: key -> value."""
    given = {key: getattr(arguments, name, None) for name, key in FLAGS.items()}
    return {key: value for key, value in given.items() if value is not None}


def add_run_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of whatever runs a task in a browser."""
    add_model_flags(parser)
    parser.add_argument("--headed", action="store_true", default=None, help="show the browser's window")
    parser.add_argument("--viewport", metavar="WxH", help="the page's visible size in pixels")
    add_limit_flags(parser)
    parser.add_argument("--guard", metavar="FILE", help="rules: what is done, asked about and refused (TOML)")
    parser.add_argument("--runs", metavar="DIR", help="where the run's folder is made (default: runs)")


def add_model_flags(parser: argparse.ArgumentParser) -> None:
    """Which model is asked, and how."""
    parser.add_argument(
        "--model", metavar="NAME_OR_URL", help="nano (bundled), or the URL of an OpenAI-compatible server"
    )
    parser.add_argument("--codec", metavar="NAME", help="how the model writes actions (default: what suits the model)")
    parser.add_argument("--prompt", metavar="STYLE", help="compact or computer_use (default: what suits the model)")
    parser.add_argument(
        "--sampling", metavar="PRESET", help="auto, or a preset of Qwen3-VL (default: the likeliest token each time)"
    )
    parser.add_argument(
        "--dtype",
        metavar="TYPE",
        dest="number_format",
        help="float32, bfloat16, int8 or auto, of a model in this process (default: what is fast here)",
    )


def add_limit_flags(parser: argparse.ArgumentParser) -> None:
    """When a run stops by itself."""
    parser.add_argument("--max-steps", type=int, metavar="N", help="steps after which the run stops")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="seconds after which the run stops")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="tokens after which the run stops")
