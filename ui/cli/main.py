"""`handeye`: choose a verb, run it, turn what went wrong into one line and an exit code.

Only the standard library is imported here, and a verb's file only once the verb was chosen, so that `handeye
--help` answers at once.
"""

import argparse
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from ui.cli import exits
from ui.cli.output import Output

VERBS: dict[str, tuple[str, str]] = {
    "run": ("ui.cli.run", "follow an instruction on a page"),
    "resume": ("ui.cli.resume", "go on with a run that was interrupted"),
    "answer": ("ui.cli.answer", "answer what a run asks a person"),
    "replay": ("ui.cli.replay", "make a run's replay.html"),
    "verify": ("ui.cli.verify", "check a run's records, effects and images"),
    "demo": ("ui.cli.demo", "watch the bundled model fill in a form"),
    "eval": ("ui.cli.eval", "measure a model: screens, miniwob, osworld, documents"),
    "report": ("ui.cli.report", "write evaluations as a page, with what failed; compare them"),
    "point": ("ui.cli.point", "say where something is on a picture of a screen"),
    "read": ("ui.cli.read", "read documents: as text, or as a record under a schema"),
    "ask": ("ui.cli.ask", "ask documents a question, with the places of the answer"),
    "record": ("ui.cli.record", "record how something is done, to be watched or done likewise"),
    "watch": ("ui.cli.watch", "say what a recording shows: an answer, or the steps"),
    "demos": ("ui.cli.demos", "record how scripted solvers do MiniWoB++, to learn from"),
    "train": ("ui.cli.train", "train a model: pretrain, sft, rl"),
    "judge": ("ui.cli.judge", "ask a model of runs whether they did their task"),
    "promote": ("ui.cli.promote", "put a model in another's place if it is better on held-out tasks"),
    "export": ("ui.cli.export", "write runs as a data set for other trainers"),
    "import": ("ui.cli.import_", "read a data set back into runs"),
    "serve": ("ui.cli.serve", "serve a model over the OpenAI API"),
    "redteam": ("ui.cli.redteam", "attack the guard, count what happens"),
    "bench": ("ui.cli.bench", "measure the time of a step"),
    "console": ("ui.cli.console", "a page on this machine to start, watch and replay runs"),
    "mcp": ("ui.cli.mcp", "let other assistants run tasks and read documents"),
    "doctor": ("ui.cli.doctor", "say what is installed and what is missing"),
}
"""Verb -> module, line of help. The module offers `add_arguments(parser)` and `execute(arguments, output) ->
int`."""


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of leaving, so that every wrong use ends in the same one
    line."""

    def error(self, message: str) -> NoReturn:
        raise exits.UsageError(f"{message} (see: {self.prog} --help)")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: reading package metadata costs time."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"handeye {version('handeye')}")
        except PackageNotFoundError:
            print("handeye (not installed; run from its folder)")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Without `argv` it is this process's own command."""
    if argv is None:
        _stop_as_by_ctrl_c()
    words = list(sys.argv[1:] if argv is None else argv)
    output = Output("--json" in words)
    debug = "--debug" in words
    os.environ.setdefault("GOMP_SPINCOUNT", "30000")  # torch's idle threads soon leave the cores to the browser
    try:
        return _dispatch(words, output)
    except (Exception, KeyboardInterrupt) as error:
        return _report(error, output, debug)
    finally:
        if argv is None:  # What is left is tidying up, and the exit code stands: no further Ctrl-C changes it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stop_as_by_ctrl_c() -> None:
    """A polite kill and a closed terminal stop a run as Ctrl-C does, which leaves it resumable; nohup still holds.

    A shell that starts a command in the background may have it ignore Ctrl-C; then that waits, and a kill still counts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def stop(*_: object) -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.raise_signal(signal.SIGINT)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, stop)


def _dispatch(words: list[str], output: Output) -> int:
    top = _top_parser()
    if not words:
        top.print_help()
        return exits.USAGE
    if words[0].startswith("-"):
        return _leave_softly(lambda: top.parse_args(words))
    if words[0] not in VERBS:
        raise exits.UsageError(f"there is no verb {words[0]!r}; one of: {', '.join(VERBS)}")
    module = importlib.import_module(VERBS[words[0]][0])
    parser = _Parser(prog=f"handeye {words[0]}", description=module.__doc__, formatter_class=_HELP)
    module.add_arguments(parser)
    _add_common(parser)
    if any(word in ("-h", "--help") for word in words[1:]):
        return _leave_softly(lambda: parser.parse_args(words[1:]))
    _check_text(words)
    arguments = parser.parse_args(words[1:])
    _configure_logging(arguments.debug)
    return module.execute(arguments, output)


def _check_text(words: list[str]) -> None:
    """What can't be written down as text can't be recorded."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise exits.UsageError(f"{exits.plain(word, 60)} is not UTF-8 text: write it as UTF-8") from error


_HELP = argparse.RawDescriptionHelpFormatter


def _top_parser() -> _Parser:
    lines = "\n".join(f"  {verb:<9} {text}" for verb, (_, text) in VERBS.items())
    parser = _Parser(
        prog="handeye",
        usage="handeye VERB ...",
        description="Sees a screen, decides with a Qwen3-VL model, works mouse and keyboard.",
        epilog=f"verbs:\n{lines}\n\n`handeye VERB --help` tells more. Exit codes: 0 done, 1 the task failed, "
        "2 wrong use,\n3 a part is missing, 4 something outside broke, 130 interrupted.",
        formatter_class=_HELP,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("for every verb")
    group.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, progress on standard error"
    )
    group.add_argument("--config", metavar="FILE", help="settings file (default: handeye.toml, where there is one)")
    group.add_argument("--debug", action="store_true", help="log everything, and show the traceback of an error")


def _leave_softly(parse: Callable[[], object]) -> int:
    """Help and version leave through SystemExit; as a function this returns its code instead."""
    try:
        parse()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    return exits.DONE


def _configure_logging(debug: bool) -> None:
    """The only place that configures logging."""
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s" if debug else "handeye: %(message)s",
        stream=sys.stderr,
        force=True,
    )
    if debug:
        for noisy in ("asyncio", "PIL", "httpcore", "markdown_it"):
            logging.getLogger(noisy).setLevel(logging.INFO)
    else:  # What nobody waits for any more, such as a browser that was killed along with us, is no news for a person.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def _report(error: BaseException, output: Output, debug: bool) -> int:
    if debug or not exits.is_expected(error):
        import traceback

        traceback.print_exception(error)
    code = exits.code_of(error)
    line = exits.line_of(error)
    if not exits.is_expected(error):
        line = f"a defect of HandEye, please report it: {type(error).__name__}: {line}"
    print(f"handeye: {line}", file=sys.stderr)
    output.result({"error": line, "exit_code": code})
    return code


if __name__ == "__main__":
    sys.exit(main())
