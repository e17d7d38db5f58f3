"""Thousands of broken and malicious documents, each of which has to come to a typed result.

    python -m tests.perception.hostile --mutants 20000 [--seed N] [--corpus DIR ...] [--office N]

The files are made here: whole ones and bombs, and mutants of them with bits flipped, parts cut and doubled, and numbers
blown up; office files too (sheets, texts, slides; `office_files`), so many mutants of them as --office says, since
LibreOffice takes a second or more for each. With --corpus the documents and pictures below folders are taken too, whole
and as mutants, such as those in the source packages of pypdf, pikepdf, qpdf, pillow or pymupdf (`pip download`,
`apt-get source`). A result is typed when it is frames, words and blocks, or a DocumentError; anything else, a process
above its memory, or a page that takes longer than the limit allows, ends with exit code 1.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from perception.document.document import parser_process
from perception.document.layout import page_blocks
from perception.document.limits import Limits
from perception.document.office import is_office_file
from perception.document.opening import open_document
from perception.document.worker_process import WorkerProcess
from perception.errors import DocumentError
from tests.perception.document.papers import assembled, line, pdf_bytes, rule
from tests.perception.office_files import office_bombs, office_files, office_mutant
from tests.perception.watching import ProcessWatch

LIMITS = Limits(max_pages=2000, convert_seconds=15)
MOST_MB = 1024
SLACK_SECONDS = 5.0
"""Beyond the limit of a page, for ending a worker and starting another on a busy machine."""
_EVERY = 500
"""Files after which it is said how it goes."""
WELL, _WELL_EVERY = "well: ", 25
"""Before the names of whole files, one of which comes after so many mutants and after each bomb: they are read,
whatever came before."""
_KINDS = frozenset(
    ".pdf .png .jpg .jpeg .jpe .gif .tif .tiff .bmp .webp .jp2 .j2k .psd .eps .pcx .tga .ico .icns .dds .sgi .fli .mpo "
    ".avif .ppm .pgm .pbm .blp .fpx .cur .xpm .bin .epub .xps".split()
)
"""What is taken of a corpus, beside office files; what nobody reads must be refused as well."""


def packed(data: bytes, times: int = 1) -> bytes:
    """Deflated, again and again."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def page_with(content: bytes, *, extra: str = "", filters: str = "/FlateDecode", box: str = "0 0 300 200") -> bytes:
    """A PDF of one page with that stream."""
    return assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R {extra} >>".encode(),
        f"<< /Length {len(content)} /Filter [{filters}] >>\nstream\n".encode() + content + b"\nendstream",
    ])  # fmt: skip


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that ask for much."""
    text = b"(boom) Tj " * 20_000_000
    yield "text", page_with(packed(text, 2), filters="/FlateDecode /FlateDecode")
    yield "paths", page_with(packed(b"0 0 m 300 200 l S " * 3_000_000))
    yield "nested", page_with(packed(b"q " * 5_000_000))
    yield "arrays", page_with(packed(b"[" * 3_000_000))
    yield "huge page", page_with(packed(line(10, 10, "x").encode()), box="0 0 99999999 99999999")
    yield "odd page", page_with(packed(line(10, 10, "x").encode()), box="nan 1e39 -1e39 5")
    image = packed(bytes(30_000) * 30_000)
    yield "picture", assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        b"/Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length 22 >>\nstream\n300 0 0 200 0 0 cm /I Do\nendstream",
        b"<< /Type /XObject /Subtype /Image /Width 30000 /Height 30000 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length " + str(len(image)).encode() + b" >>\nstream\n" + image + b"\nendstream",
    ])  # fmt: skip
    yield (
        "own parent",
        assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"]),
    )
    kids = " ".join(["3 0 R"] * 200_000)
    yield "many pages", assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count 200000 >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ])  # fmt: skip
    buffer = io.BytesIO()
    Image.new("L", (20_000, 20_000)).save(buffer, "PNG")
    yield "flat picture", buffer.getvalue()


def seeds() -> Iterator[tuple[str, bytes]]:
    """Whole files of every kind."""
    table = "".join(line(50 + 90 * x, 700 - 20 * y, f"cell {x} {y}") for x in range(4) for y in range(8))
    grid = "".join(rule(45, 715 - 20 * y, 400, 715 - 20 * y) for y in range(9)) + "".join(
        rule(45 + 90 * x, 555, 45 + 90 * x, 715) for x in range(5)
    )
    yield "text", pdf_bytes([line(50, 780, "Title", size=20) + table + grid, line(50, 700, "another page")])
    yield "turned", pdf_bytes([line(50, 700, "sideways")], rotate=90)
    picture = Image.effect_noise((160, 120), 60).convert("RGB")
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PDF"):
        buffer = io.BytesIO()
        picture.save(buffer, kind)
        yield kind.lower(), buffer.getvalue()


def mutant(data: bytes, rng: random.Random) -> bytes:
    """The data with a few things done to it."""
    broken = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if not broken:
            break
        at, length = rng.randrange(len(broken)), rng.randrange(1, 64)
        match rng.randrange(7):
            case 0:
                broken[at] ^= 1 << rng.randrange(8)
            case 1:
                broken[at : at + length] = rng.randbytes(length)
            case 2:
                del broken[at:]
            case 3:
                del broken[at : at + length]
            case 4:
                broken[at:at] = broken[at : at + length] * rng.randrange(1, 50)
            case 5:
                broken[at : at + 1] = rng.choice((b"<<", b">>", b"[", b"(", b"/", b"-", b"0 R", b"\x00", b"\xff\xff"))
            case _:
                digits = [index for index, byte in enumerate(broken) if 48 <= byte < 58]
                if digits:
                    broken[rng.choice(digits)] = rng.choice(b"0123456789")
                    at = rng.choice(digits)
                    broken[at:at] = rng.choice((b"99999999", b"-", b"2147483647", b"."))
    return bytes(broken)


def tried(path: Path, worker: WorkerProcess) -> tuple[str, float]:
    """What came of a file, a name for it, and the seconds that its slowest page took.

    Whatever is no DocumentError is raised.
    """
    slowest = 0.0
    try:
        with open_document(path, limits=LIMITS, worker=worker) as document:
            for page in range(1, min(2, document.num_pages) + 1):
                begun = time.monotonic()
                try:
                    assert document.frame(page, 72).pixels.shape[2] == 3
                    page_blocks(document.text(page), page)
                finally:
                    slowest = max(slowest, time.monotonic() - begun)
    except DocumentError as error:
        return type(error).__name__, slowest
    return "read", slowest


def files(num_mutants: int, seed: int, corpora: Sequence[Path], num_office: int) -> Iterator[tuple[str, str, bytes]]:
    """Names, endings and bytes of all seeds, all bombs, and so many mutants of seeds and corpora."""
    rng = random.Random(seed)
    whole = [(name, "", data) for name, data in seeds()]
    well = [(f"{WELL}{name}", "", data) for name, data in seeds()]
    yield from well
    for name, data in bombs():
        yield name, "", data
        yield rng.choice(well)
    found = sorted(path for corpus in corpora for path in corpus.rglob("*") if _is_meant(path))
    for path in found:
        yield str(path), path.suffix, path.read_bytes()
    small = [path for path in found if path.stat().st_size < 2**20 and not is_office_file(path)]
    whole += [(str(path), "", path.read_bytes()) for path in small]
    for number in range(num_mutants):
        name, ending, data = rng.choice(whole)
        yield f"mutant {number} of {name}", ending, mutant(data, rng)
        if number % _WELL_EVERY == 0:
            yield rng.choice(well)
    if num_office:
        yield from office_bombs()
        sheets = list(office_files())
        yield from sheets
        for number in range(num_office):
            name, ending, data = rng.choice(sheets)
            yield f"mutant {number} of {name}", ending, office_mutant(data, rng, mutant)


def _is_meant(path: Path) -> bool:
    return path.is_file() and (path.suffix.lower() in _KINDS or is_office_file(path))


def attack(num_mutants: int, seed: int, corpora: Sequence[Path] = (), num_office: int = 0) -> list[str]:
    """Try all files; returns what went wrong, a line for each. Prints how it goes."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    slowest, longest, told = ("", 0.0), ("", 0.0), 0
    worker = parser_process(LIMITS)
    with TemporaryDirectory(prefix="handeye-hostile-") as place, ProcessWatch() as watch:
        for number, (name, ending, data) in enumerate(files(num_mutants, seed, corpora, num_office), start=1):
            path = Path(place) / f"file{ending}"
            path.write_bytes(data or b" ")
            begun, page_seconds = time.monotonic(), 0.0
            try:
                outcome, page_seconds = tried(path, worker)
                outcomes[outcome] += 1
                if name.startswith(WELL) and outcome != "read":
                    wrong.append(f"{name}: {outcome}, though it is whole: what came before has broken the reading")
            except Exception as error:
                wrong.append(f"{name}: {type(error).__name__}: {error}")
            path.unlink()
            slowest = max(slowest, (name, page_seconds), key=lambda one: one[1])
            longest = max(longest, (name, time.monotonic() - begun), key=lambda one: one[1])
            if page_seconds > LIMITS.page_seconds + SLACK_SECONDS:
                wrong.append(f"{name}: a page took {page_seconds:.1f} s")
            for one in wrong[told:]:
                print(one, file=sys.stderr, flush=True)
            told = len(wrong)
            if number % _EVERY == 0:
                print(f"{number} files: {dict(outcomes.most_common())}, {len(wrong)} wrong", flush=True)
    worker.end()
    heavy = [f"{name} had {most:.0f} MB" for name, most in watch.most.items() if most > MOST_MB]
    print(f"{sum(outcomes.values())} files: {dict(outcomes.most_common())}")
    print(f"slowest page {slowest[1]:.1f} s ({slowest[0]}), slowest file {longest[1]:.1f} s ({longest[0]})")
    memory = ", ".join(
        f"{name} {most:.0f} MB" for name, most in sorted(watch.most.items(), key=lambda one: -one[1])[:4]
    )
    print(f"most memory: {memory}; {worker.generation} workers")
    for one in heavy:
        print(one, file=sys.stderr, flush=True)
    return wrong + heavy


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path, nargs="+", default=[])
    parser.add_argument("--office", type=int, help="mutants of office files (default: one for 100 others)")
    arguments = parser.parse_args()
    num_office = arguments.mutants // 100 if arguments.office is None else arguments.office
    wrong = attack(arguments.mutants, arguments.seed, arguments.corpus, num_office)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
