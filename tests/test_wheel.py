"""The wheel holds what the packages need at run time: code, the bundled model, pages and console assets."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES = ("perception", "actions", "sandboxes", "agent", "ui")


def tracked_files(repository: Path) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKAGES], cwd=repository, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.splitlines() if (repository / name).exists()}


def test_wheel_holds_every_file_of_the_packages(repository: Path, tmp_path: Path) -> None:
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(tmp_path), str(repository)]
    subprocess.run(command, check=True, timeout=300, stdin=subprocess.DEVNULL)
    (wheel,) = tmp_path.glob("handeye-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert tracked_files(repository) - held == set()
    others = {name.split("/")[0] for name in held} - set(PACKAGES)
    assert all(name.endswith(".dist-info") for name in others)
