"""Ask documents a question; the answer comes with the pages and places that it rests on.

    handeye ask report.pdf "What was the net income of 2024?" --model http://gpu-box:30000
    handeye ask contracts/ "notice period"

A model that can read (a Qwen3-VL server, --model URL) is shown the pages that fit best, within --tokens. Without one
the best passages are shown, as passages: nothing is made up. Pages that were read once are kept, and are neither read
nor rendered again. Exit code 1 says that no page speaks of it.
"""

import argparse
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import add_model_flags, load_settings
from ui.cli.documents import add_document_flags, documents_in, reading
from ui.cli.output import Output

if TYPE_CHECKING:
    from perception.extraction.answering import Answer, Library
    from perception.geometry import Box


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="PDF, pictures, office files, or folders of them")
    parser.add_argument("question", metavar="QUESTION", help="in words")
    parser.add_argument("--tokens", type=int, default=16_000, metavar="N", help="most tokens of pages for the model")
    add_document_flags(parser, pages=False)
    add_model_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Ask once; 0 where something was found, else 1."""
    import asyncio
    from contextlib import ExitStack

    from perception.extraction.answering import Library

    question = arguments.question.strip()
    if not question:
        raise exits.UsageError("the question is empty")
    if arguments.tokens < 1000:
        raise exits.UsageError(f"--tokens {arguments.tokens}: at least 1000, for one page")
    files = list(documents_in(arguments.files))
    with reading(arguments) as (open_file, recognizer), ExitStack() as opened:
        documents = [opened.enter_context(open_file(path)) for path in files]
        answer = asyncio.run(_ask(arguments, Library(documents, recognizer), question))
    _print(answer, output)
    output.result(answer.model_dump(mode="json"))
    return exits.FAILED if answer.kind == "nothing" else exits.DONE


async def _ask(arguments: argparse.Namespace, library: "Library", question: str) -> "Answer":
    if arguments.model is None or arguments.model == "nano":
        return library.passages(question)
    from agent.asking import model_of

    async with model_of(load_settings(arguments).model) as model:
        return await library.answer(question, model.client, max_tokens=arguments.tokens)


def _print(answer: "Answer", output: Output) -> None:
    say = output.console.print
    if answer.kind == "answer":
        say(exits.plain(answer.text), markup=False)
        say(f"answered by {exits.plain(answer.answered_by)}, from:", style="dim", markup=False)
    elif answer.kind == "passages":
        say(
            "no model was asked, so these are passages and no answer (--model URL asks one):",
            style="bold",
            markup=False,
        )
    else:
        say("no page speaks of it", markup=False)
    for one in answer.citations:
        box = "not on the page" if one.box is None else f"at {_sides(one.box)}"
        say(f"{exits.plain(one.document)}, page {one.page}, {box}", style="bold", markup=False)
        say(f"    {exits.plain(one.quote, 500)}", markup=False)
    for note in answer.notes:
        say(exits.plain(note), style="dim", markup=False)


def _sides(box: "Box") -> str:
    return " ".join(f"{side:.0f}" for side in (box.left, box.top, box.right, box.bottom))
