"""Fills a LibreOffice sheet by keyboard and reads the file that it saves: `python docs/examples/fill_sheet.py`.

A virtual desktop is made for it, so nothing of yours is touched. Needs:
sudo apt install xvfb openbox bubblewrap libreoffice-calc
"""

import csv
import time
from pathlib import Path

from sandboxes import desktop

ROWS = [["Item", "Price"], ["Bread", "2.50"], ["Café crème", "3.20"], ["Sum", "=SUM(B2:B3)"]]
QUIET = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay"><value>false</value></prop></item>
</oor:items>
"""
FILES = {"budget.csv": "", ".config/libreoffice/4/user/registrymodifications.xcu": QUIET}


def main() -> list[list[str]]:
    """The rows of the saved file."""
    office = ["soffice", "--norestore", "--nologo", "--calc", "budget.csv"]
    with desktop.open(size=(1280, 800), files=FILES, launch=[office]) as screen:
        path: Path = screen.environment.home / "budget.csv"
        titled(screen, "Text Import")
        screen.key("enter")
        titled(screen, "LibreOffice Calc")
        screen.key("ctrl", "home")
        for row in ROWS:
            screen.type("\t".join(row) + "\n")
        screen.key("ctrl", "s")
        titled(screen, "Confirm")
        screen.key("enter")
        deadline = time.monotonic() + 10
        while not path.read_text() and time.monotonic() < deadline:
            screen.wait(0.1)
        screen.save("build/fill_sheet.png")
        return list(csv.reader(path.read_text().splitlines()))


def titled(screen, words: str) -> None:
    """Waits for the window that has the focus to be called so."""
    screen.until(lambda frame: words in screen.observation.title, seconds=60)
    screen.wait(0.5)


if __name__ == "__main__":
    for row in main():
        print(row)
