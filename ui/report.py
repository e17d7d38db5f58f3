"""Evaluations as two files: `report.md` for a text, and `report.html`, one page with the pictures of what failed.

The page has no script and asks nothing of any server: images are data URIs, and its own content policy forbids
everything but the one style that it carries. Text of models and tasks is escaped in both files.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from PIL import Image

from agent.evaluation.account import Account, Failure, FailureKind
from agent.evaluation.comparison import Difference
from agent.evaluation.report import Interval
from perception.errors import ImageError
from perception.files import replace_file
from perception.observation import Frame
from perception.screenshot import decode_png
from ui.replay import data_uri, source_hash
from ui.report_text import markdown
from ui.report_words import (
    Compared,
    caption,
    cells,
    chance,
    changes,
    compared,
    counted,
    ending,
    facts,
    faults,
    plain,
    remarks,
    span,
)

PICTURES = "pictures"
TEMPLATE = Path(__file__).with_name("report.html")
PAGE, TEXT = "report.html", "report.md"

LARGEST = 400
"""Pixels that a picture is wide or high at most; larger ones are scaled down."""
MOST_BYTES = 4_000_000
"""Of all pictures of a page, as they are written; the rest is told of in words."""


def write_report(accounts: Sequence[Account], folder: Path) -> tuple[Path, Path]:
    """Write both files, each replaced in one move, and return the paths of the text and the page.

    Into another folder than an evaluation's own its pictures that the text links to come along, so that what is written
    can be passed on. With several accounts the first is compared with each of the others. Raises ValueError without
    one, OSError when the folder can't be written to or a picture can't be read.
    """
    if not accounts:
        raise ValueError("a report is of at least one evaluation")
    text, page = folder / TEXT, folder / PAGE
    folder.mkdir(parents=True, exist_ok=True)
    accounts = [_brought(each, folder, f"{number}-") for number, each in enumerate(accounts, 1)]
    contents = {text: markdown(accounts, folder), page: render(accounts)}
    for path, content in contents.items():
        replace_file(path, content.encode())
    return text, page


def _brought(account: Account, folder: Path, before: str) -> Account:
    """The account with its pictures below the folder, whose names begin with `before` there."""
    if account.folder.resolve() == folder.resolve():
        return account

    def moved(failure: Failure) -> Failure:
        if failure.picture is None:
            return failure
        path = folder / PICTURES / f"{before}{failure.picture.name}"
        path.parent.mkdir(exist_ok=True)
        replace_file(path, failure.picture.read_bytes())
        return failure._replace(picture=path)

    kinds = (kind._replace(examples=tuple(map(moved, kind.examples))) for kind in account.failures)
    return account._replace(failures=tuple(kinds))


def render(accounts: Sequence[Account]) -> str:
    """The whole page. A picture that can't be read is left out, and its caption stays."""
    source = TEMPLATE.read_text(encoding="utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    shown = _Pictures()
    return template.from_string(source).render(
        policy=f"default-src 'none'; img-src data:; style-src '{source_hash(style)}'; base-uri 'none'; "
        "form-action 'none'",
        title=" and ".join(dict.fromkeys(plain(f"{each.report.suite}, {each.report.model}") for each in accounts)),
        evaluations=[_evaluation(each, shown) for each in accounts],
        comparisons=[_comparison(each) for each in compared(accounts)],
    )


class _Pictures:
    """Pictures for one page, up to MOST_BYTES together."""

    def __init__(self) -> None:
        self._left = MOST_BYTES

    def uri(self, path: Path | None) -> str:
        """A data URI; empty where there is no picture, none that can be read, or no room for it."""
        if path is None:
            return ""
        try:
            found = data_uri(_small(decode_png(path.read_bytes())))
        except (ImageError, OSError):
            return ""
        if len(found) > self._left:
            return ""
        self._left -= len(found)
        return found


def _small(frame: Frame) -> Frame:
    image = Image.fromarray(frame.pixels)
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return Frame(pixels=np.array(image))


def _evaluation(account: Account, shown: _Pictures) -> dict[str, Any]:
    report = account.report
    return {
        "suite": plain(report.suite),
        "model": plain(report.model),
        "folder": plain(account.folder),
        "started": plain(account.manifest.started),
        "faults": account.faults,
        "success": f"{report.success:.1%}",
        "interval": span(report.ci95),
        "bar": _bar(report.ci95, report.success),
        "counted": counted(report),
        "facts": facts(account),
        "remarks": remarks(account),
        "repeated": account.deviation is not None,
        "rows": [
            {**cells(name, row, account), "bar": _bar(row.ci95, row.success)} for name, row in report.tasks.items()
        ],
        "failures": [_kind(kind, shown) for kind in account.failures],
        "pins": {key: plain(value) for key, value in account.pins().items()},
    }


def _kind(kind: FailureKind, shown: _Pictures) -> dict[str, Any]:
    return {
        "words": ending(kind.kind),
        "number": kind.number,
        "examples": [
            {"caption": caption(each), "reason": plain(each.reason), "uri": shown.uri(each.picture)}
            for each in kind.examples
        ],
        "more": kind.number - len(kind.examples),
    }


def _comparison(pair: Compared) -> dict[str, Any]:
    return {
        "before": plain(f"{pair.before.report.model} ({pair.before.folder})"),
        "now": plain(f"{pair.now.report.model} ({pair.now.folder})"),
        "faults": faults(pair),
        "remark": chance(pair),
        "differs": [plain(line) for line in pair.differs],
        "rows": [{**changes(row), "tone": _tone(row), "bar": _bar(row.ci95, row.change)} for row in pair.rows],
    }


def _tone(row: Difference) -> str:
    return "" if not row.is_sure else "good" if row.change > 0 else "bad"


def _bar(ends: Interval, share: float) -> dict[str, float]:
    """Where an interval and its middle are drawn, in percent."""
    low, high = (100 * end for end in ends)
    return {"low": round(low, 1), "width": round(max(high - low, 1), 1), "at": round(100 * share, 1)}
