"""Read documents: PDF, pictures, office files, or a folder of them.

    handeye read report.pdf                              its text in reading order, as Markdown
    handeye read report.pdf --as html --out report.html  with page and box of every piece; --as json for all of it
    handeye read invoice.pdf --schema invoice.json       a record: value, page, box, quoted text of each field
    handeye read invoices/ --schema shop.models:Invoice --json

Words come from the text layer, else from pixels (OCR). Without --model places alone are gone by: blocks by geometry,
fields by their labels. With --model URL a Qwen3-VL server reads the pages, and its boxes are put on words that
are there.
Exit code 1 says that a field that the schema requires was not found, or that a check failed.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import add_model_flags, load_settings
from ui.cli.documents import add_document_flags, chosen_pages, documents_in, reading, show
from ui.cli.output import Output

if TYPE_CHECKING:
    from perception.document.blocks import Layout
    from perception.document.document import Document
    from perception.ocr import Recognizer

FORMS = ("markdown", "html", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a PDF, a picture, an office file, or a folder")
    parser.add_argument("--as", dest="form", metavar="FORM", help="markdown (default), html or json")
    parser.add_argument("--schema", metavar="S", help="a JSON Schema file, or MODULE:MODEL of pydantic: read a record")
    parser.add_argument("--out", metavar="FILE", help="write there instead of to the terminal")
    add_document_flags(parser)
    add_model_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Read every file; 0, or 1 where a record lacks what its schema asks for."""
    form = arguments.form or "markdown"
    if form not in FORMS:
        raise exits.UsageError(f"--as {form}: one of: {', '.join(FORMS)}")
    if arguments.schema is not None and arguments.form is not None:
        raise exits.UsageError("--schema reads a record and --as a layout: give one of them")
    _check_out(arguments.out)
    files = list(documents_in(arguments.files))
    if arguments.schema is not None:
        from ui.cli import read_record

        return read_record.execute(arguments, files, output)
    layouts = []
    with reading(arguments) as (open_file, recognizer):
        for path in files:
            with open_file(path) as document:
                layouts.append(_layout(document, chosen_pages(arguments.pages, document), recognizer, arguments))
    text = "\n".join(_written(layout, form) for layout in layouts) if form != "json" else _json(layouts)
    show(text, arguments.out, output)
    for layout in layouts:
        for note in layout.notes:
            output.console.print(f"{exits.plain(layout.document)}: {exits.plain(note)}", style="dim", markup=False)
    output.result({"documents": [layout.model_dump(mode="json") for layout in layouts], "out": arguments.out})
    return exits.DONE


def _layout(
    document: "Document", pages: list[int], recognizer: "Recognizer | None", arguments: argparse.Namespace
) -> "Layout":
    from perception.document.reading import read_layout

    if arguments.model is None or arguments.model == "nano":
        return read_layout(document, pages, recognizer)
    import asyncio

    from agent.asking import model_of
    from perception.extraction.pages import model_layout

    async def ask() -> "Layout":
        async with model_of(load_settings(arguments).model) as model:
            dialect = "qwenvl markdown" if arguments.form in (None, "markdown") else "qwenvl html"
            return await model_layout(document, pages, model.client, dialect)

    return asyncio.run(ask())


def _check_out(out: str | None) -> None:
    if out is not None and (Path(out).is_dir() or not Path(out).absolute().parent.is_dir()):
        raise exits.UsageError(f"--out {out}: name a file in a folder that there is")


def _written(layout: "Layout", form: str) -> str:
    from perception.document.markup import to_html, to_markdown

    return to_markdown(layout) if form == "markdown" else to_html(layout)


def _json(layouts: "list[Layout]") -> str:
    """One document as its layout, several as a list of them."""
    import json

    plain = [layout.model_dump(mode="json") for layout in layouts]
    return json.dumps(plain[0] if len(plain) == 1 else plain, ensure_ascii=False, indent=1) + "\n"
