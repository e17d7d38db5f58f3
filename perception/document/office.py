"""Office files (text, sheets, slides) as PDF, by LibreOffice where it is installed.

LibreOffice runs in a process of its own, with a profile of its own that is thrown away, limits on memory and time and
without internet (`confinement.confine_offline`); what comes of it is an untrusted PDF like any other.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from perception.document.document import Document
from perception.document.limits import GIB, Limits
from perception.errors import DocumentCrashed, DocumentError, DocumentInvalid, DocumentTimeout, DocumentTooLarge

SUFFIXES = frozenset(
    ".doc .docx .odt .rtf .xls .xlsx .ods .csv .ppt .pptx .odp .odg .fodt .fods .fodp .docm .xlsm .pptm".split()
)
PARTS = "libreoffice-writer libreoffice-calc libreoffice-impress"
"""Debian's packages: for texts, sheets and slides. Each works alone."""
_MEMORY, _DATA = 8 * GIB, 3 * GIB // 4
"""Address space, of which LibreOffice reserves far more than it uses; and what it may write to."""
_ROOT = Path(__file__).resolve().parents[2]
_LAUNCH = "import os, sys; from perception.confinement import confine_offline; \
confine_offline(int(sys.argv[1]), data_bytes=int(sys.argv[2])); os.execvp(sys.argv[3], sys.argv[3:])"


class OfficeMissing(DocumentError):
    """LibreOffice is not installed; the message holds the line that installs it."""


def is_office_file(path: Path) -> bool:
    """By its name: LibreOffice goes by that, too."""
    return path.suffix.lower() in SUFFIXES


def converted(path: Path, **options: Any) -> Document:
    """The file as a `Document` of a PDF that was made of it; it is known by its own name.

    Raises OfficeMissing, DocumentTimeout, DocumentInvalid where LibreOffice can't read it, and what Document raises.
    """
    limits: Limits = options.get("limits") or Limits()
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise OfficeMissing(f"{path} is an office file, and LibreOffice is missing: sudo apt install {PARTS}")
    if not path.is_file():
        raise DocumentInvalid(f"{path} {'is no file' if path.exists() else 'does not exist'}")
    if path.stat().st_size > limits.max_bytes:
        raise DocumentTooLarge(f"{path} has more than the {limits.max_bytes:,} bytes that are allowed")
    with TemporaryDirectory(prefix="handeye-office-") as place:
        source = Path(place) / f"document{path.suffix.lower()}"
        shutil.copyfile(path, source)
        _convert(program, source, Path(place), path, limits)
        made = source.with_suffix(".pdf")
        if not made.is_file():
            raise DocumentInvalid(
                f"{path}: LibreOffice can't read it; the file is damaged, or of {PARTS} the one for its kind is missing"
            )
        document = Document(made, **options)  # holds the file open, so its name may go
    document.path = path
    return document


def _convert(program: str, source: Path, place: Path, path: Path, limits: Limits) -> None:
    profile = (place / "profile").as_uri()
    filters = ("--infilter=CSV:44,34,76,1",) if source.suffix == ".csv" else ()  # commas, quotes, UTF-8
    command = [
        *(sys.executable, "-c", _LAUNCH, str(_MEMORY), str(_DATA), program, f"-env:UserInstallation={profile}"),
        *(
            "--headless",
            "--norestore",
            "--nolockcheck",
            *filters,
            "--convert-to",
            "pdf",
            "--outdir",
            str(place),
            str(source),
        ),
    ]
    environment = os.environ | {"PYTHONPATH": str(_ROOT), "HOME": str(place), "TMPDIR": str(place)}
    process = subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        code = process.wait(limits.convert_seconds)
    except subprocess.TimeoutExpired as error:
        raise DocumentTimeout(f"{path}: LibreOffice took longer than {limits.convert_seconds:g} s") from error
    finally:
        _end_group(process)
    if code < 0:
        raise DocumentCrashed(f"{path}: LibreOffice died of signal {-code}")


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """LibreOffice is several processes; all of them are in one session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
