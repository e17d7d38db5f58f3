"""Documents on the shelf: names of our making, kinds by content, sheets that are replaced whole."""

from pathlib import Path

import pytest

from tests.ui.console.documents.shelves import PDF, put, read_sheet
from ui.console.documents import shelf as module
from ui.console.documents.kinds import suffix_of
from ui.console.documents.sheet import DocumentUnknown, shown_name
from ui.console.documents.shelf import NotTaken, Shelf

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def test_a_document_is_kept_under_a_name_of_ours_and_its_own_is_only_shown(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "documents")
    sheet = put(shelf, PDF, "../../etc/<b>passwd</b>\x00\n.pdf")
    assert sheet.name == "b> .pdf"
    assert sorted(path.name for path in shelf.folder.iterdir()) == [f"{sheet.key}.json", f"{sheet.key}.pdf"]
    assert shelf.file(sheet).read_bytes() == PDF
    assert shelf.get(sheet.key) == sheet
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]


def test_the_same_content_is_the_same_document_and_keeps_what_was_corrected(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    sheet = read_sheet(shelf)
    assert sheet.record is not None
    assert put(shelf, PDF, "again.pdf") == sheet
    assert len(shelf.all()) == 1
    assert put(shelf, PNG, "b.png").suffix == ".png"
    assert [one.name for one in shelf.all()] == ["b.png", "invoice.pdf"], "the newest first"


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 400), (b"MZ\x90\x00 a program", 415), (b"PK\x03\x04 an office file", 415)]
)
def test_what_is_empty_or_of_another_kind_leaves_nothing(tmp_path: Path, content: bytes, status: int) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(NotTaken) as refused:
        put(shelf, content, "invoice.pdf")
    assert refused.value.status == status
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_is_refused_before_it_has_come_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, most_bytes=2000)
    with shelf.arrival() as arrival:
        arrival.take(PDF)
        with pytest.raises(NotTaken, match="larger"):
            arrival.take(bytes(2000))
    with shelf.arrival() as arrival, pytest.raises(NotTaken, match="by its content"):
        arrival.take(bytes(1500))
    assert list(tmp_path.iterdir()) == []


def test_the_shelf_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 1)
    shelf = Shelf(tmp_path)
    sheet = put(shelf)
    with pytest.raises(NotTaken, match="remove some"):
        shelf.arrival()
    shelf.remove(sheet.key)
    assert list(tmp_path.iterdir()) == []
    shelf.arrival().__exit__(None, None, None)


@pytest.mark.parametrize("key", ["", "..", "../x", "/etc/passwd", "0" * 32, "0" * 31 + "/", "fields", "%2e%2e"])
def test_names_that_are_none_are_unknown(tmp_path: Path, key: str) -> None:
    shelf = Shelf(tmp_path)
    put(shelf)
    (tmp_path / "fields.json").write_text("[]")
    with pytest.raises(DocumentUnknown):
        shelf.get(key)
    with pytest.raises(DocumentUnknown):
        shelf.remove(key)


def test_links_and_sheets_that_were_changed_by_hand_are_not_followed(tmp_path: Path) -> None:
    shelf, secret = Shelf(tmp_path / "documents"), tmp_path / "secret"
    sheet = put(shelf)
    secret.write_text("secret")
    shelf.file(sheet).unlink()
    with pytest.raises(DocumentUnknown, match="drop it once more"):
        shelf.file(sheet)
    (shelf.folder / f"{sheet.key}.pdf").symlink_to(secret)
    with pytest.raises(DocumentUnknown):
        shelf.file(sheet)
    path = shelf.folder / f"{sheet.key}.json"
    for text in ("{", "{}", sheet.model_dump_json().replace('".pdf"', '"/../../secret"')):
        path.write_text(text)
        assert shelf.all() == []
    path.unlink()
    path.symlink_to(secret)
    assert shelf.all() == []


def test_a_change_that_fails_leaves_the_sheet_and_every_change_is_seen(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    sheet, mark = put(shelf), shelf.mark()
    with pytest.raises(ZeroDivisionError):
        shelf.change(sheet.key, lambda one: one.model_copy(update={"size": 1 // 0}))
    assert (shelf.get(sheet.key), shelf.mark()) == (sheet, mark)
    shelf.change(sheet.key, lambda one: one.model_copy(update={"trouble": "it is <torn>"}))
    assert Shelf(tmp_path).get(sheet.key).trouble == "it is <torn>"
    assert shelf.mark() != mark


def test_kinds_are_told_by_content() -> None:
    webp, bmp = b"RIFF\x10\x00\x00\x00WEBPVP8 ", b"BM\x10\x00\x00\x00" + bytes(8)
    heads = (
        PDF,
        b"junk\n" + PDF,
        PNG,
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"II*\x00",
        webp,
        bmp,
        b"<html>",
        b"BMxxxxxxxxxx",
    )
    found = [suffix_of(head) for head in heads]
    assert found == [".pdf", ".pdf", ".png", ".jpg", ".gif", ".tif", ".webp", ".bmp", None, None]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("C:\\papers\\a.pdf", "a.pdf"), ("a\u202eb\n.pdf", "a b .pdf"), ("", "a document without a name"), ("..", "..")],
)
def test_names_are_put_on_one_line(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    assert len(shown_name("x" * 5000)) == 160
