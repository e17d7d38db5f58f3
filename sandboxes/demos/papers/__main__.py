"""Make papers with what they say and where: `python -m sandboxes.demos.papers --out DIR --number 500 --seed 1`."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from sandboxes.demos.papers import catalog
from sandboxes.demos.papers.folder import write_papers
from sandboxes.demos.papers.paper import Order
from sandboxes.errors import SandboxError, SandboxMissing


def main() -> int:
    """Read the options, make the papers, say how many there are. 2: wrong use; 3: a part is missing; 4: no room."""
    parser = argparse.ArgumentParser(prog="python -m sandboxes.demos.papers", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="the folder; papers that are in it already are made anew"
    )
    parser.add_argument("--number", type=int, default=24)
    parser.add_argument("--start", type=int, default=0, help="the number of the first paper")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=("invoice", "receipt", "order", "table"), default="invoice")
    parser.add_argument("--layouts", choices=("all", "seen", "heldout"), default="all")
    parser.add_argument("--languages", default=",".join(catalog.LANGUAGES), help="such as de,fr")
    parser.add_argument("--scan", type=float, default=0.0, help="the share that comes from a scanner, 0 to 1")
    parser.add_argument("--image", action="store_true", help="scans as JPEG files, one a page, in place of PDFs")
    parser.add_argument(
        "--sroie", action="store_true", help="scans in folders img, box and entities, as SROIE has them"
    )
    options = parser.parse_args()
    languages = tuple(options.languages.split(","))
    if unknown := set(languages) - set(catalog.LANGUAGES):
        parser.error(f"no language {', '.join(sorted(unknown))}; there are {', '.join(catalog.LANGUAGES)}")
    if options.sroie and options.kind == "table":
        parser.error("--sroie is for papers with fields, not for tables")
    if options.number < 1 or options.start < 0 or not 0 <= options.scan <= 1:
        parser.error("--number is 1 or more, --start 0 or more, --scan between 0 and 1")
    order = Order(options.seed, options.kind, options.layouts, languages, 1.0 if options.sroie else options.scan)
    began = time.perf_counter()
    try:
        papers = range(options.start, options.start + options.number)
        form = "sroie" if options.sroie else "image" if options.image else "pdf"
        options.out.mkdir(parents=True, exist_ok=True)
        asyncio.run(write_papers(order, papers, options.out, form))
    except (SandboxError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3 if isinstance(error, SandboxMissing) else 4
    seconds = time.perf_counter() - began
    print(f"{options.out}: {options.number} papers, {options.number / seconds:.1f} a second")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
