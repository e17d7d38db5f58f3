"""Opens a document of any kind that is known."""

from pathlib import Path
from typing import Any

from perception.document.document import Document
from perception.document.office import converted, is_office_file


def open_document(path: Path, **options: Any) -> Document:
    """A `Document`; what is no PDF and no picture is turned into a PDF first where LibreOffice can."""
    return converted(path, **options) if is_office_file(path) else Document(path, **options)
