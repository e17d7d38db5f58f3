"""Which kind of document some bytes are, by the bytes alone: a name can say anything."""

HEAD = 1024
"""Bytes from the beginning that tell."""
KINDS = "PDF, PNG, JPEG, WebP, TIFF, GIF and BMP"
"""For people."""
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
)


def suffix_of(head: bytes) -> str | None:
    """What a file that begins so is called at its end, such as `.pdf`; None for a kind that is not taken.

    Nothing is parsed here: whether the rest is what it seems to be is found out by the process that reads it.
    """
    if b"%PDF-" in head[:HEAD]:
        return ".pdf"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return ".bmp"
    return next((suffix for beginning, suffix in _BEGINNINGS if head.startswith(beginning)), None)
