"""Stands in for PyMuPDF, whose licence is the AGPL: the few tasks that read PDF files ask for it."""


def __getattr__(name: str) -> object:
    raise AttributeError(f"fitz.{name} is not here: pip install pymupdf into an environment of your own.")
