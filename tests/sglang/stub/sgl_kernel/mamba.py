"""Names that SGLang imports from here."""

from sgl_kernel import missing as _missing


def __getattr__(name: str):
    if name.startswith("__"):
        raise AttributeError(name)
    return _missing(name)
