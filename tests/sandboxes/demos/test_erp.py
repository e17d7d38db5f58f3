import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.checking import audit
from sandboxes.demos.erp.entry import FIELDS, Entry, complaints
from sandboxes.demos.erp.server import ErpServer
from sandboxes.errors import SandboxError

GOOD = {
    "number": "RE-7", "date": "2026-03-14", "supplier": "Nordwind & Söhne <GmbH>", "net": "100.00", "tax": "19.00",
    "total": "119.00",
}  # fmt: skip


def entry(**changes: str) -> Entry:
    return Entry(**{**GOOD, **changes})


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "books.sqlite")


@pytest.fixture
def server(books: Books) -> Iterator[ErpServer]:
    with ErpServer(books) as serving:
        yield serving


def browser() -> OpenerDirector:
    return build_opener(HTTPCookieProcessor())


def sent(server: ErpServer, typed: dict[str, str], path: str = "/new", opener: OpenerDirector | None = None) -> str:
    """What is shown after a form was sent."""
    with (opener or browser()).open(server.url + path, urlencode(typed).encode(), timeout=10) as answer:
        return answer.read().decode()


def test_a_good_invoice_is_not_complained_of():
    assert complaints(GOOD) == {}
    assert complaints({**GOOD, "net": "-100.00", "tax": "-19.00", "total": "-119.00"}) == {}


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("number", " ", "Required"),
        ("supplier", "x" * 121, "At most 120"),
        ("date", "14.03.2026", "YYYY-MM-DD"),
        ("date", "2026-02-30", "YYYY-MM-DD"),
        ("net", "100,00", "1234.56"),
        ("tax", "19", "1234.56"),
        ("total", "1e2", "1234.56"),
        ("total", "119.01", "Net and tax make 119.00"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field: str, text: str, why: str):
    found = complaints({**GOOD, field: text})
    assert list(found) == [field]
    assert why in found[field]


def test_nothing_typed_is_all_required():
    assert complaints({}) == dict.fromkeys(FIELDS, "Required")


def test_books_last_and_count(books: Books):
    assert [books.book(entry()), books.book(entry(number="RE-8"))] == ["R-000001", "R-000002"]
    again = Books(books.file)
    assert [each.entry.number for each in again.bookings()] == ["RE-7", "RE-8"]
    assert [each.receipt for each in again.like(entry(total="1.00"))] == ["R-000001"]
    assert again.like(entry(supplier="Another")) == []


def test_books_that_are_no_books_are_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("not a database, and long enough to be seen as none" * 40)
    with pytest.raises(SandboxError, match=r"notes\.txt"):
        Books(tmp_path / "notes.txt")


def test_an_audit_tells_right_wrong_double_and_missing(books: Books):
    wanted = [entry(number=f"N{n}") for n in range(5)]
    for booked in (
        wanted[0],
        wanted[1],
        wanted[1],
        entry(number="N2", total="9.00"),
        wanted[2],
        entry(number="other", net="1.00"),
    ):
        books.book(booked)
    books.book(entry(number=" N3 "))  # blanks do not count
    found = audit(books.file, wanted)
    assert found.right == ("R-000001", "R-000002", "R-000007")
    assert found.duplicates == ("R-000003", "R-000005")
    assert found.wrong == {"R-000004": ("total",), "R-000006": FIELDS}
    assert found.missing == ("N2", "N4")
    assert not found.score.success
    assert found.score.reward == 0.0


def test_an_audit_knows_an_invoice_by_all_but_its_number(books: Books):
    books.book(entry(number="RE-1"))
    assert audit(
        books.file, [entry(supplier="First"), entry(number="RE-9", supplier="Second"), entry(number="RE-7")]
    ).wrong == {"R-000001": ("number",)}


def test_an_audit_of_all_is_a_success(books: Books):
    books.book(entry())
    assert audit(books.file, [entry()]).score.success
    assert audit(books.file, [entry()]).score.reward == 1.0
    assert not audit(books.file, [entry(), entry(number="RE-8")]).score.success


def test_what_is_sent_is_in_the_database_and_on_the_page(server: ErpServer):
    page = sent(server, GOOD)
    assert "R-000001" in page
    assert "Nordwind &amp; Söhne &lt;GmbH&gt;" in page
    with sqlite3.connect(server.books.file) as connection:
        rows = connection.execute(f"SELECT {', '.join(FIELDS)} FROM invoices").fetchall()
    connection.close()
    assert rows == [tuple(GOOD.values())]
    with browser().open(server.url, timeout=10) as answer:
        assert "RE-7" in answer.read().decode()


def test_a_wrong_form_is_shown_again_with_what_was_typed(server: ErpServer):
    page = sent(server, {**GOOD, "date": "tomorrow"})
    assert "Use YYYY-MM-DD" in page
    assert 'value="tomorrow"' in page
    assert server.books.bookings() == []


def test_a_double_is_warned_of_and_booked_when_it_is_meant(server: ErpServer):
    sent(server, GOOD)
    assert "Possible duplicate" in sent(server, GOOD)
    assert len(server.books.bookings()) == 1
    assert "R-000002" in sent(server, {**GOOD, "anyway": "yes"})
    assert audit(server.books.file, [entry()]).duplicates == ("R-000002",)


def test_of_many_at_once_one_is_booked_and_the_rest_is_warned(server: ErpServer):
    pages: list[str] = []
    threads = [threading.Thread(target=lambda: pages.append(sent(server, GOOD))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.books.bookings()) == 1
    assert sum("Possible duplicate" in page for page in pages) == 7


def test_a_number_is_found_in_the_list(server: ErpServer, books: Books):
    books.book(entry())
    books.book(entry(number="RE-7/2"))
    with browser().open(f"{server.url}/?number=RE-7%2F2", timeout=10) as answer:
        found = answer.read().decode()
    assert "R-000002" in found
    assert "R-000001" not in found


def test_a_login_is_asked_for(books: Books):
    with ErpServer(books, login="clerk:paper") as serving:
        opener = browser()
        assert "Sign in" in sent(serving, GOOD, opener=opener)
        assert "is wrong" in sent(serving, {"name": "clerk", "password": "pen"}, "/login", opener)
        assert "No invoices yet" in sent(serving, {"name": "clerk", "password": "paper"}, "/login", opener)
        assert "R-000001" in sent(serving, GOOD, opener=opener)
        assert "Sign in" in sent(serving, GOOD, opener=browser())
    assert len(books.bookings()) == 1


@pytest.mark.parametrize("path", ["/nothing", "/receipt/R-000099"])
def test_what_is_not_there_is_said(server: ErpServer, path: str):
    with pytest.raises(HTTPError) as failed:
        browser().open(server.url + path, timeout=10)
    assert failed.value.code == 404
    failed.value.close()


def test_a_port_that_is_taken_is_said(server: ErpServer):
    with pytest.raises(SandboxError, match="can't be used"):
        ErpServer(server.books, port=int(server.url.rpartition(":")[2]))


def test_the_command_serves_until_it_is_stopped(tmp_path: Path):
    command = [sys.executable, "-m", "sandboxes.demos.erp", "--database", str(tmp_path / "books.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split(" at ")[1].split()[0]
            with browser().open(url + "/new", urlencode(GOOD).encode(), timeout=10) as answer:
                assert "R-000001" in answer.read().decode()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert len(Books(tmp_path / "books.sqlite").bookings()) == 1
