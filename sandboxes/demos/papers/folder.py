"""A folder of papers: each a file and a JSON file of the same name with the truth, and `index.json` over all."""

import json
from collections.abc import Iterable
from pathlib import Path

from perception.files import replace_file
from sandboxes.demos.papers.paper import Order, make_paper
from sandboxes.demos.papers.printing import Printed, press
from sandboxes.demos.papers.truth import Truth

FORMS = ("pdf", "image", "sroie")


async def write_papers(order: Order, numbers: Iterable[int], folder: Path, form: str = "pdf") -> list[Truth]:
    """Print the papers of these numbers into the folder, which is there; returns the truths of those written.

    form: `pdf` writes scans as PDFs of images; `image` writes each page of a scan as a JPEG file; `sroie` writes scans
    of one page as the public SROIE data set has them. Raises OSError when it can't be written, SandboxMissing without
    a Chromium, or without pypdfium2 where there are scans.
    """
    truths = []
    async with press() as tab:
        for number in numbers:
            paper = make_paper(order, number)
            truths.append(_kept(await tab.print(paper), folder, form, is_scan=paper.is_scan))
    index = [truth.model_dump(include={"file", "layout", "heldout", "region", "scan"}) for truth in truths]
    replace_file(folder / "index.json", json.dumps(index, indent=1).encode())
    return truths


def _kept(printed: Printed, folder: Path, form: str, *, is_scan: bool) -> Truth:
    truth, content = printed.truth, printed.pdf
    if is_scan:
        from sandboxes.demos.papers.scanning import scanned
        from sandboxes.demos.papers.sroie import write_sroie

        scan = scanned(content, truth)
        truth, content = scan.truth, scan.pdf() if form == "pdf" else b""
        if form == "sroie":
            contents = printed.paper.contents
            issuer = contents and (contents.buyer if contents.kind == "order" else contents.supplier)
            write_sroie(scan, folder, (issuer.street, issuer.town) if issuer else ())
            return truth
        if form == "image":
            truth = truth.model_copy(update={"file": f"{printed.paper.name}-1.jpg"})
            for number, image in enumerate(scan.images, start=1):
                image.save(folder / f"{printed.paper.name}-{number}.jpg", quality=scan.scanner.quality)
    if content:
        (folder / truth.file).write_bytes(content)
    (folder / f"{printed.paper.name}.json").write_text(truth.model_dump_json(exclude_defaults=True))
    return truth
