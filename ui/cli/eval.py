"""Measure a model on a suite of tasks.

    handeye eval screens --split heldout --seed 1000001
    handeye eval miniwob --tasks click-test,click-button --episodes 20
    handeye eval miniwob --suite all --repeat 3 --parallel 4
    handeye eval --resume FOLDER
    handeye eval --again FOLDER
    handeye eval screenspot --data FOLDER
    handeye eval documents --episodes 500
    handeye eval needle --tokens 2000,8000,32000
    handeye eval osworld --examples evaluation_examples/examples/os

screens asks questions about many screens, three in four drawn and the others rendered by Chromium, and works whole
forms there; miniwob plays MiniWoB++ in Chromium; screenspot points at what annotated pictures ask for
(docs/grounding.md); documents reads fields off invoices, printed and scanned; needle hides one frame in long videos and
measures what they cost; osworld plays OSWorld's tasks by its own desktop_env on a desktop of ours (docs/osworld.md).
Success comes with its 95% interval; episodes that crashed are counted apart, and when they are more than 2% the exit
code is 1, since the rest says nothing. Exit code 0 says that it was measured, whatever the score. See
docs/evaluation.md.
"""

import argparse

from ui.cli import eval_osworld, eval_screenspot, exits
from ui.cli.configuration import add_run_flags
from ui.cli.output import Output

SUITES = ("screens", "miniwob", "screenspot", "documents", "needle", "osworld")
RENDERERS = ("drawn", "chromium", "both")
_OF = {
    **dict.fromkeys(("split", "renderer"), "screens"),
    **dict.fromkeys(("tasks", "task_suite"), "miniwob"),
    **dict.fromkeys(eval_screenspot.FLAGS, "screenspot"),
    **dict.fromkeys(eval_osworld.FLAGS, "osworld"),
    **dict.fromkeys(("tokens", "shape"), "needle"),
    "documents": "documents",
}
"""The suite that a flag belongs to, where it is one suite's."""
_ALONE = ("documents", "needle")
"""Suites without episodes in an environment: what is said of how to play means nothing to them."""
_CONDUCT = ("keep", "repeat", "retries", "parallel", "cluster")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("suite", metavar="SUITE", nargs="?", help=" or ".join(SUITES))
    parser.add_argument("--split", default=None, help="screens: heldout (default) or train")
    parser.add_argument(
        "--renderer", metavar="NAME", help="screens: drawn, chromium (forms too), or both (default; one in four)"
    )
    parser.add_argument(
        "--tasks",
        metavar="A,B",
        help="miniwob: names of tasks, or heldout for those never trained on (default: what nano can try); names of "
        "environments that pose tasks of their own, such as parcel, may stand among them",
    )
    parser.add_argument(
        "--suite",
        metavar="NAME|FILE",
        dest="task_suite",
        help="miniwob: default, heldout, all (125 tasks), pix2act (58), or a file of names, one a line",
    )
    parser.add_argument(
        "--episodes",
        type=int,
        metavar="N",
        help="screens: how many (default 2000), each with several questions; miniwob, needle: of each task, length; "
        "screenspot, osworld: at most so many, drawn by the seed; documents: how many (default 500)",
    )
    parser.add_argument("--tokens", metavar="A,B", help="needle: lengths of prompts (default: 2000,8000)")
    parser.add_argument("--shape", metavar="SIZE", help="needle: random weights of this size, nano or 240m")
    parser.add_argument("--documents", metavar="DIR", help="documents: a folder as SROIE has it, instead of own papers")
    eval_screenspot.add_arguments(parser)
    eval_osworld.add_arguments(parser)
    parser.add_argument("--seed", type=int, metavar="N", help="the first seed")
    add_conduct_flags(parser)
    add_run_flags(parser)


def add_conduct_flags(parser: argparse.ArgumentParser) -> None:
    """How the episodes are played, whatever they are."""
    parser.add_argument("--keep", metavar="DIR", help="the evaluation's folder, in which the runs are kept too")
    parser.add_argument("--repeat", type=int, metavar="N", help="play everything so many times (default: 1)")
    parser.add_argument("--retries", type=int, metavar="N", help="tries more of an episode that broke (default: 2)")
    parser.add_argument("--parallel", type=int, metavar="N", help="processes that play (default: 1; a cluster's cores)")
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="play on a Ray cluster: auto (the one of this machine), or ray://HOST:PORT"
    )
    parser.add_argument("--resume", metavar="FOLDER", help="go on with an evaluation that was stopped or killed")
    parser.add_argument("--again", metavar="FOLDER", help="repeat an evaluation, or a manifest.json, and compare")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Play every episode, show the table."""
    if not (arguments.resume or arguments.again):
        _check(arguments)
    if arguments.suite == "needle":
        from ui.cli import eval_needle

        return eval_needle.execute(arguments, output)
    if arguments.suite == "documents":
        from ui.cli import eval_documents

        return eval_documents.execute(arguments, output)
    from ui.cli import evaluating

    return evaluating.execute(arguments, output)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.suite is None:
        raise exits.UsageError(f"which SUITE? one of: {', '.join(SUITES)}; or --resume FOLDER, or --again FOLDER")
    if arguments.suite not in SUITES:
        raise exits.UsageError(f"there is no suite {arguments.suite!r}; one of: {', '.join(SUITES)}")
    if arguments.episodes is not None and arguments.episodes < 1:
        raise exits.UsageError(f"--episodes {arguments.episodes}: at least 1")
    if (arguments.repeat or 1) < 1 or (arguments.retries or 0) < 0:
        raise exits.UsageError("--repeat: at least 1; --retries: at least 0")
    for name, suite in _OF.items():
        if getattr(arguments, name) is not None and arguments.suite != suite:
            raise exits.UsageError(f"--{_flag(name)} belongs to the suite {suite}")
    for name in _CONDUCT if arguments.suite in _ALONE else ():
        if getattr(arguments, name) is not None:
            raise exits.UsageError(f"--{name} means nothing to the suite {arguments.suite}")
    if arguments.renderer not in (None, *RENDERERS):
        raise exits.UsageError(f"there is no renderer {arguments.renderer!r}; one of: {', '.join(RENDERERS)}")
    if arguments.tasks is not None and arguments.task_suite is not None:
        raise exits.UsageError("--tasks or --suite, not both")


def _flag(name: str) -> str:
    return "suite" if name == "task_suite" else name
