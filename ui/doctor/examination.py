"""All that the doctor looks at, a row each: the same for the command line and for the console.

Nothing is changed or downloaded. A row comes as soon as it is known; all of them take some seconds.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.doctor.finding import Finding
from ui.doctor.running import listening, running

if TYPE_CHECKING:
    from agent.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds our five packages."""

_REQUIRED = ("torch", "pydantic", "playwright", "langgraph", "llguidance", "tokenizers", "safetensors", "gradio")
_OPTIONAL = {
    "miniwob": ("eval miniwob", 'pip install "handeye[miniwob]"'),
    "transformers": ("bench against transformers, tests", 'pip install "handeye[dev]"'),
    "pyautogui": ("desktop surfaces", 'pip install "handeye[desktop]"'),
    "mss": ("desktop surfaces", 'pip install "handeye[desktop]"'),
    "adbutils": ("phones", 'pip install "handeye[android]"'),
    "mcp": ("mcp", 'pip install "handeye[mcp]"'),
    "pypdfium2": ("documents: PDF", 'pip install "handeye[documents]"'),
    "pikepdf": ("documents: damaged PDF", 'pip install "handeye[documents]"'),
    "rapidocr": ("documents: text in pixels", 'pip install "handeye[documents]"'),
    "onnxruntime": ("documents: text in pixels", 'pip install "handeye[documents]"'),
}
_PROGRAMS = {
    "Xvfb": ("virtual desktops", "sudo apt install xvfb openbox bubblewrap"),
    "openbox": ("windows with title bars on virtual desktops", "sudo apt install openbox"),
    "adb": ("phones", "sudo apt install adb"),
    "soffice": ("documents: office files", "sudo apt install libreoffice-writer libreoffice-calc libreoffice-impress"),
}
"""Programs that only some surfaces, or documents, need."""
_FONTS = {"DejaVu": "DejaVuSans.ttf", "Liberation": "LiberationSans-Regular.ttf"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the settings name: where runs go, which browser, which model."""

    runs: Path = Path("runs")
    chromium: str = ""
    model: str = "nano"
    api_key: str = ""
    screenshot: tuple[int, int] = (1920, 1080)


def chosen_by(settings: "Settings") -> Chosen:
    """What settings name."""
    model = settings.model
    return Chosen(settings.run.folder, settings.browser.executable, model.name, model.api_key.get_secret_value())


def examine(chosen: Chosen) -> Iterator[Finding]:
    """All findings, in the order of the table."""
    yield _python()
    yield from (_package(name) for name in exits.OURS)
    yield from (_distribution(name) for name in _REQUIRED)
    yield from _model(chosen)
    yield _chromium(chosen.chromium)
    yield from _fonts()
    yield _runs_folder(chosen.runs)
    yield _display()
    yield _gpu()
    yield from (_optional(name, *rest) for name, rest in _OPTIONAL.items())
    yield from (_program(name, *rest) for name, rest in _PROGRAMS.items())
    yield _isolation()
    yield _egress()
    yield from running()
    yield from listening()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", f"{version} ({sys.executable})")


def _package(name: str) -> Finding:
    """Whether the package that Python finds under our name is ours: other projects use these names too."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return Finding(f"package {name}", "missing", "not found", "install HandEye again: make setup")
    origin = Path(spec.origin).resolve()
    if origin == ROOT / name / "__init__.py":
        return Finding(f"package {name}", "ok", str(origin.parent))
    advice = f"run from another folder, or uninstall the package that owns {origin.parent}"
    return Finding(f"package {name}", "missing", f"not ours: {origin}", advice)


def _distribution(name: str) -> Finding:
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "missing", "not installed", "make setup, or: pip install handeye")


def _optional(name: str, use: str, line: str) -> Finding:
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "absent", f"not installed; for {use}", line)


def _program(name: str, use: str, line: str) -> Finding:
    path = shutil.which(name)
    return Finding(name, "ok", path) if path else Finding(name, "absent", f"not installed; for {use}", line)


def _isolation() -> Finding:
    """Whether programs on a virtual desktop are kept from the person's files; bubblewrap is tried, not only found."""
    from sandboxes.isolation import why_not

    if reason := why_not():
        return Finding("bwrap", "absent", f"virtual desktops' programs can read your files: {reason}")
    return Finding("bwrap", "ok", "virtual desktops' programs are kept from your files and processes")


def _egress() -> Finding:
    """Whether browsers and virtual desktops can be held to the allowed hosts; a network namespace is tried."""
    from sandboxes.network import why_not

    if reason := why_not():
        return Finding("allowed hosts", "absent", f"held by Chromium alone, on virtual desktops by nobody: {reason}")
    return Finding("allowed hosts", "ok", "held outside of Chromium and of virtual desktops, by a proxy")


def _model(chosen: Chosen) -> Iterator[Finding]:
    """A model's folder is read from its files' headers, a server is asked about itself: no weights are loaded."""
    try:
        from ui.doctor.model import report

        yield from report(chosen.model, chosen.api_key, chosen.screenshot)
    except ImportError as error:
        yield Finding(f"model {chosen.model}", "missing", f"can't be looked at: {error}", "make setup")


def _chromium(named: str) -> Finding:
    from sandboxes.chromium import find_chromium
    from sandboxes.errors import SandboxMissing

    try:
        path = str(find_chromium(named or None))
    except SandboxMissing as error:
        return Finding("chromium", "missing", str(error), "sudo apt install chromium")
    version = _first_line([path, "--version"])
    if not version:
        return Finding("chromium", "missing", f"{path} does not run", "sudo apt install --reinstall chromium")
    return Finding("chromium", "ok", f"{version} ({path})")


def _fonts() -> Iterator[Finding]:
    folders = [Path("/usr/share/fonts"), Path.home() / ".local/share/fonts"]
    for family, file in _FONTS.items():
        package = "fonts-dejavu-core" if family == "DejaVu" else "fonts-liberation"
        found = next((path for folder in folders for path in folder.rglob(file)), None)
        if found is None:
            yield Finding(f"font {family}", "missing", "not found", f"sudo apt install {package}")
        else:
            yield Finding(f"font {family}", "ok", str(found))


def _runs_folder(runs: Path) -> Finding:
    """Whether runs can be written; tried in the nearest folder that exists, so that nothing is left
    behind."""
    folder = runs.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free / 2**30
    except OSError as error:
        return Finding("runs folder", "missing", f"{folder}: {error.strerror}", "choose another: --runs FOLDER")
    return Finding("runs folder", "ok", f"{folder} ({free:.1f} GiB free)")


def _display() -> Finding:
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if display:
        return Finding("display", "ok", display)
    return Finding("display", "absent", "none; runs are headless", "only --headed needs one: xvfb-run handeye ...")


def _gpu() -> Finding:
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    found = _first_line(query) if shutil.which("nvidia-smi") else ""
    if found:
        return Finding("gpu", "ok", found)
    return Finding("gpu", "absent", "none found; the bundled model runs on the CPU")


def _first_line(command: list[str]) -> str:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = ran.stdout.strip().splitlines()
    return exits.plain(lines[0], 120) if lines else ""
