"""What reading one document may cost; what asks for more is refused with a typed error."""

from pydantic import BaseModel, ConfigDict, Field

GIB = 2**30


class Limits(BaseModel):
    """For one worker process and what it is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_bytes: int = Field(default=GIB, ge=2**27)
    """Address space of the worker that parses (RLIMIT_AS)."""
    ocr_memory_bytes: int = Field(default=4 * GIB, ge=2**30)
    """Address space of the worker that reads pixels, whose networks and threads reserve much that they never touch."""
    page_seconds: float = Field(default=10.0, gt=0)
    """For one page, or for opening a document."""
    ocr_seconds: float = Field(default=120.0, gt=0)
    """For reading the pixels of one page."""
    convert_seconds: float = Field(default=120.0, gt=0)
    """For turning an office file into a PDF."""
    max_pixels: int = Field(default=40_000_000, ge=1)
    """Of a rendered page; a larger one is rendered at a lower resolution."""
    max_pages: int = Field(default=20_000, ge=1)
    """Of a document."""
    max_bytes: int = Field(default=GIB, ge=1)
    """Of a file."""
    max_words: int = Field(default=20_000, ge=1)
    """Of a page; the rest of it is left out, and that is said."""
