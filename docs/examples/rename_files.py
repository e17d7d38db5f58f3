"""Renames files in a file manager, by keyboard and pictures alone: `python docs/examples/rename_files.py`.

A virtual desktop is made for it, so nothing of yours is touched. Needs:
sudo apt install xvfb openbox bubblewrap pcmanfm
"""

from pathlib import Path

from sandboxes import desktop

FILES = {"reports/scan1.txt": "January", "reports/scan2.txt": "February"}
NAMES = {"scan1": "2026-01", "scan2": "2026-02"}


def rename(home: Path, screen) -> None:
    """Select each file by typing its name, press F2, type the new one."""
    for old, new in NAMES.items():
        screen.click(640, 500)  # into the empty part of the window
        screen.type(old)  # the file manager looks for what is typed
        screen.key("esc")
        screen.key("f2")
        screen.key("ctrl", "a")
        screen.type(f"{new}.txt\n")
        screen.wait(0.3)


def main() -> dict[str, str]:
    """The names and texts of the files afterwards."""
    with desktop.open(files=FILES, launch=[["pcmanfm", "reports"]]) as screen:
        home = screen.environment.home
        screen.key("meta", "up")
        rename(home, screen)
        screen.save("build/rename_files.png")
        return {path.name: path.read_text() for path in sorted((home / "reports").iterdir())}


if __name__ == "__main__":
    print(main())
