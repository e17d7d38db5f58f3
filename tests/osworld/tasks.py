"""Three tasks of OSWorld as facts: what is asked, how the guest begins, what is evaluated by what.

The workbooks that the Calc task downloads are ours (same columns, same blanks to fill), served on loopback: theirs are
not redistributed.
"""

from pathlib import Path
from typing import Any

Row = tuple[str | None, str, int]

ROWS: tuple[Row, ...] = (
    ("Freshman", "Ann", 81),
    (None, "Bob", 77),
    (None, "Cid", 90),
    ("Junior", "Dora", 68),
    (None, "Eve", 95),
)
"""Level, student, mark; the level stands where it changes."""
HEADINGS = ("Level", "Student", "Mark")
_BOOK = "/home/user/Student_Level_Fill_Blank.xlsx"


def rename() -> dict[str, Any]:
    """Rename a folder on the desktop."""
    found = "[ -d ~/Desktop/todo_list_Jan_2 ] && echo 'Directory exists.' || echo 'Directory does not exist.'"
    pointing = "import pyautogui; import time; pyautogui.click(960, 540); time.sleep(0.5);"
    return {
        "id": "e0df059f-28a6-4169-924f-b9623e7184cc",
        "instruction": 'I have a directory named "todo_list_Jan_1". Can you help me change its name into '
        '"todo_list_Jan_2"?',
        "config": [
            _step("execute", command="echo 'password' | sudo -S mkdir ~/Desktop/todo_list_Jan_1", shell=True),
            _step("execute", command=["python", "-c", pointing]),
        ],
        "evaluator": {
            "func": "exact_match",
            "result": {"type": "vm_command_line", "command": found, "shell": True},
            "expected": {"type": "rule", "rules": {"expected": "Directory exists.\n"}},
        },
    }


def fill_blanks(server: str) -> dict[str, Any]:
    """Fill each blank cell with what is above it; server: the address of what `write_books` has written."""
    saving = 'import pyautogui; pyautogui.hotkey("ctrl", "s");'
    window = "Student_Level_Fill_Blank.xlsx - LibreOffice Calc"
    return {
        "id": "01b269ae-2111-4a07-81fd-3fcd711993b0",
        "instruction": "Fill all the blank cells with the value in the cell above it",
        "config": [
            _step("download", files=[{"url": f"{server}/blank.xlsx", "path": _BOOK}]),
            _step("open", path=_BOOK),
        ],
        "evaluator": {
            "postconfig": [
                _step("activate_window", window_name=window, strict=True),
                _step("sleep", seconds=0.5),
                _step("execute", command=["python", "-c", saving]),
                _step("sleep", seconds=0.5),
            ],
            "func": "compare_table",
            "expected": {
                "type": "cloud_file",
                "path": f"{server}/full.xlsx",
                "dest": "Student_Level_Fill_Blank_gold.xlsx",
            },
            "result": {"type": "vm_file", "path": _BOOK, "dest": "Student_Level_Fill_Blank.xlsx"},
            "options": {"rules": [{"type": "sheet_data", "sheet_idx0": 0, "sheet_idx1": "EI0"}]},
        },
    }


def bluetooth() -> dict[str, Any]:
    """Infeasible: the machine has no Bluetooth."""
    return {
        "id": "b3d4a89c-53f2-4d6b-8b6a-541fb5d205fa",
        "instruction": "I want to switch on the Bluetooth. Can you help me?",
        "config": [],
        "evaluator": {"func": "infeasible"},
    }


def write_books(folder: Path) -> None:
    """The workbook with blanks, and the one that is expected. Runs in desktop_env's environment, which has openpyxl."""
    import openpyxl  # pyright: ignore[reportMissingModuleSource]

    full, level = [], None
    for own, name, mark in ROWS:
        level = own or level
        full.append((level, name, mark))
    for name, rows in (("blank", ROWS), ("full", full)):
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in (HEADINGS, *rows):
            book.active.append(row)
        book.save(folder / f"{name}.xlsx")


def _step(kind: str, **parameters: Any) -> dict[str, Any]:
    return {"type": kind, "parameters": parameters}
