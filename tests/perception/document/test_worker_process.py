"""Workers that crash, hang and starve, and what they are kept from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from perception.document.document import Document, parser_process
from perception.document.limits import Limits
from perception.document.worker_process import WorkerProcess
from perception.errors import DocumentCrashed, DocumentError, DocumentTimeout, DocumentTooLarge
from tests.perception.document.papers import assembled, line, pdf_bytes

CONFINED = """
import os, socket
from perception.confinement import {name}
assert not {name}({limits}), "no filter"
tries = {{
    "internet": lambda: socket.socket(),
    "internet 6": lambda: socket.socket(socket.AF_INET6),
    "local": lambda: socket.socket(socket.AF_UNIX),
    "write": lambda: open("written", "w"),
    "read": lambda: open({file!r}).read(),
    "remove": lambda: os.unlink({file!r}),
    "program": lambda: os.system("true") and 1 / 0,
    "memory": lambda: bytearray(2**30),
}}
for name, call in tries.items():
    try:
        call()
        print(name)
    except (OSError, MemoryError, ZeroDivisionError):
        pass
"""


def allowed(repository: Path, folder: Path, name: str, limits: str = "2**30") -> list[str]:
    """What a process may still do that confined itself."""
    (folder / "there").write_text("here")
    script = CONFINED.format(name=name, limits=limits, file=str(folder / "there"))
    environment = os.environ | {"PYTHONPATH": str(repository)}
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split("\n")[:-1]


def test_what_a_worker_may_still_do(repository: Path, tmp_path: Path) -> None:
    assert allowed(repository, tmp_path, "confine") == ["read"]
    assert (tmp_path / "there").exists()


def test_what_a_converter_may_still_do(repository: Path, tmp_path: Path) -> None:
    offline = ["local", "write", "read", "remove", "program"]
    assert allowed(repository, tmp_path, "confine_offline") == offline
    assert allowed(repository, tmp_path, "confine_offline", "2**35") == [*offline, "memory"]
    assert allowed(repository, tmp_path, "confine_offline", "2**35, data_bytes=2**30") == offline


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf_bytes([line(100, 700, "first"), line(100, 700, "second")]))
    return path


def test_a_worker_that_dies_is_replaced(paper: Path) -> None:
    with Document(paper) as document:
        digest = document.frame(1).digest
        pid = document._worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSEGV)
        with pytest.raises(DocumentCrashed, match=r"paper\.pdf.*signal 11"):
            document.frame(2)
        assert document.frame(1).digest == digest
        assert document.text(2).words[0].text == "second"
        assert document._worker.pid not in (None, pid)


def test_a_worker_that_hangs_is_ended_and_replaced(paper: Path) -> None:
    with Document(paper, limits=Limits(page_seconds=0.5)) as document:
        pid = document._worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        begun = time.monotonic()
        with pytest.raises(DocumentTimeout, match=r"page 1: it took longer than 0\.5 s"):
            document.text(1)
        assert time.monotonic() - begun < 5
        assert document.text(1).words[0].text == "first"
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def bomb() -> bytes:
    """A page whose content is 1 GB of text, packed twice into a few kilobytes."""
    packer = zlib.compressobj(9)
    chunk = b"(boom) Tj " * 400_000
    once = b"".join([packer.compress(chunk) for _ in range(250)] + [packer.flush()])
    twice = zlib.compress(once, 9)
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>",
        f"<< /Length {len(twice)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode() + twice + b"\nendstream",
    ]
    return assembled(bodies)


def test_a_bomb_is_an_error_of_a_kind_and_not_our_end(tmp_path: Path, paper: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())
    assert path.stat().st_size < 100_000
    limits = Limits(memory_bytes=2**29, page_seconds=10)
    worker = parser_process(limits)
    try:
        with Document(path, limits=limits, worker=worker) as document, pytest.raises(DocumentError):
            document.text(1)
        with Document(paper, limits=limits, worker=worker) as document:
            assert document.text(1).words[0].text == "first"
    finally:
        worker.end()


def test_documents_take_turns_at_one_worker(tmp_path: Path, paper: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(pdf_bytes([line(100, 700, "other")]))
    worker = parser_process(Limits())
    try:
        with Document(paper, worker=worker) as one, Document(other, worker=worker) as two:
            assert [d.text(1).words[0].text for d in (one, two, one, two)] == ["first", "other", "first", "other"]
            assert one.frame(1).digest != two.frame(1).digest
        assert worker.generation == 1
    finally:
        worker.end()


def test_a_worker_ends_with_its_owner(paper: Path) -> None:
    document = Document(paper)
    pid = document._worker.pid
    assert pid is not None
    document.close()
    document.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_worker_that_can_not_start_says_so() -> None:
    worker = WorkerProcess("perception.document.limits", 2**30)  # ends at once and says nothing
    with pytest.raises(DocumentCrashed, match="could not start"):
        worker.start()


def test_pages_of_an_earlier_file_take_no_memory_from_a_later_one(tmp_path: Path) -> None:
    many, large = tmp_path / "many.pdf", tmp_path / "large.pdf"
    many.write_bytes(pdf_bytes([line(50, 50, "one of many")] * 10, size=(3000, 3000)))
    large.write_bytes(pdf_bytes([line(50, 50, "large")], size=(6000, 6000)))
    limits = Limits(memory_bytes=3 * 2**27)
    worker = parser_process(limits)
    with Document(many, limits=limits, worker=worker) as document:
        frames = [document.frame(page, 72) for page in range(1, 11)]  # 27 MB of pixels each
    with Document(large, limits=limits, worker=worker) as document:
        assert str(document.frame(1, 72).size) == "6000x6000"
    assert (len(frames), worker.generation) == (10, 1)
    worker.end()


def test_a_process_whose_memory_is_spent_by_others_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf_bytes([line(50, 50, "read all the same")]))
    worker = WorkerProcess("tests.perception.document.leaking", 3 * 2**28)
    for _ in range(12):
        with Document(path, worker=worker) as document:
            assert [word.text for word in document.text(1).words] == ["read", "all", "the", "same"]
    assert 1 < worker.generation < 6
    worker.end()


def test_a_file_that_spends_all_memory_itself_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf_bytes([line(50, 50, "read")]))
    worker = WorkerProcess("tests.perception.document.leaking", 2**27)
    with pytest.raises(DocumentTooLarge, match="more memory than is allowed"):
        Document(path, worker=worker)
    assert worker.pid is None
    worker.end()
