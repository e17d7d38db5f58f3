"""Office files, where LibreOffice is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from perception.document.opening import open_document
from perception.errors import DocumentInvalid

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@pytest.mark.slow
@needs_office
def test_a_sheet_becomes_pages(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("Name,Betrag\nÄpfel,3.50\n", encoding="utf-8")
    with open_document(path) as document:
        assert document.path == path
        assert "Äpfel" in [word.text for word in document.text(1).words]


def test_an_office_file_that_is_not_there(tmp_path: Path) -> None:
    if shutil.which("soffice"):
        with pytest.raises(DocumentInvalid, match="does not exist"):
            open_document(tmp_path / "none.docx")
