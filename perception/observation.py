"""What an environment shows: a frame of pixels, and how it is named once it is stored."""

from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from pydantic import BaseModel, ConfigDict

from perception.geometry import Size


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a surface."""

    pixels: np.ndarray
    """uint8 [height, width, 3], RGB."""

    time: float = 0.0
    """Seconds since the run began, or the position in a recording."""

    _digest: str = field(default="", init=False, repr=False)

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return Size(width=width, height=height)

    @property
    def digest(self) -> str:
        """SHA-256 over size and pixels: equal frames have equal digests, whatever file format they are kept in.

        Worked out once, so the pixels must stay as they are.
        """
        if not self._digest:
            hashed = sha256(f"{self.pixels.shape}".encode())
            hashed.update(np.ascontiguousarray(self.pixels).data)
            object.__setattr__(self, "_digest", hashed.hexdigest())
        return self._digest


class ImageRef(BaseModel):
    """An image in the image store, by the digest of its pixels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    size: Size


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What the agent gets to see: pixels for the model, plain facts for guards and logs (never for the
    model).
    """

    frame: Frame
    url: str = ""
    title: str = ""
    notes: tuple[str, ...] = field(default=())
    """What happened beside the picture, in words a model may read (a dialog was closed, a new tab was
    opened).
    """
