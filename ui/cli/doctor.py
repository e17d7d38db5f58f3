"""Say what is installed, running and listening, and what is missing, with the line that installs it.

Exit code 3 when a part that the demo needs is missing, 0 otherwise. Nothing is changed or downloaded.
"""

import argparse
import re
from dataclasses import asdict, replace
from typing import Any

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output
from ui.doctor.examination import Chosen, chosen_by, examine
from ui.doctor.finding import Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--model", metavar="NAME_OR_URL", help="the model to look for (default: what the settings say)")
    parser.add_argument("--screenshot", metavar="WxH", default="1920x1080", help="would one of this size fit into it?")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Print the table; 0 when all that is needed is there, else 3."""
    findings = list(examine(replace(_chosen(arguments), screenshot=_size(arguments.screenshot))))
    good = all(finding.state != "missing" for finding in findings)
    _print(findings, output)
    output.result({"ok": good, "findings": [asdict(finding) for finding in findings]})
    return exits.DONE if good else exits.MISSING


def _chosen(arguments: argparse.Namespace) -> Chosen:
    """What the settings name; defaults where the packages for reading them lack."""
    try:
        settings = load_settings(arguments)
    except ImportError:
        return Chosen()
    return chosen_by(settings)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None or not int(match[1]) or not int(match[2]):
        raise exits.UsageError(f"--screenshot {text}: write width and height in pixels, such as 1920x1080")
    return int(match[1]), int(match[2])


def _print(findings: list[Finding], output: Output) -> None:
    from rich.table import Table
    from rich.text import Text

    styles = {"ok": "green", "missing": "bold red", "absent": "yellow"}
    table: Any = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("part", "state", "found"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        found = Text(finding.found)
        if finding.advice:
            found.append(f"\n{finding.advice}", "yellow")
        table.add_row(Text(finding.part), Text(finding.state, styles[finding.state]), found)
    output.console.print(table)
    missing = [finding.part for finding in findings if finding.state == "missing"]
    line = f"missing: {', '.join(missing)}" if missing else "all that is needed is here"
    output.console.print(Text(line, "bold red" if missing else "bold green"))
