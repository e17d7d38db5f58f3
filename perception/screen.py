"""What a desktop shows, taken by `mss`: frames of one monitor, or of all, and where their pixels are for the pointer.

A monitor is measured in the units that the pointer moves in. Where the picture has more pixels than the monitor has
units (a Retina display, a scaled session), a pixel belongs to the unit that it lies in. Both are read with every
picture, so a monitor that changes its size or its scale meanwhile is noticed.

Needs the extra "desktop". Measured at 1920x1080 on a virtual X server: 2 ms for the picture and 2 ms to have it as RGB.
"""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image

from perception.errors import ImageError
from perception.geometry import Point, Size
from perception.observation import Frame

ALL_MONITORS = 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Between the pixels of a frame and the units of the pointer."""

    left: int
    """Units; may be negative beside a main monitor."""
    top: int
    width: int
    """Units."""
    height: int
    frame: Size

    def unit(self, point: Point) -> tuple[int, int]:
        """Where the pointer has to be for a pixel of the frame."""
        return (
            self.left + int((point.x + 0.5) * self.width / self.frame.width),
            self.top + int((point.y + 0.5) * self.height / self.frame.height),
        )


class Screen:
    """Looks at one monitor (from 1), or at all of them as one."""

    def __init__(self, *, monitor: int = 1, display: str | None = None, pointer: bool = False) -> None:
        """display: of an X server, the environment's own without; pointer: whether it is in the picture,
        which X servers can do. Raises ImageError where there is no screen."""
        self._monitor, self._display, self._raw = monitor, display, b""
        self._pointer = pointer
        self._frame: Frame | None = None
        self.calibration: Calibration | None = None
        """Of the last picture."""
        try:
            self._mss = self._opened()
        except Exception as error:  # the library has an error of its own for each system
            raise ImageError(f"The screen can't be looked at: {error}.") from error
        self.grab_ms = 0.0
        """What the last picture took, before it was made RGB."""

    def look(self, *, time: float = 0.0) -> Frame:
        """The screen now; the very frame of the last look where nothing has changed, so that nobody works on it twice.

        Raises ImageError when the monitor is gone.
        """
        try:
            monitors = self._monitors()
            if self._monitor >= len(monitors):
                raise ImageError(f"There is no monitor {self._monitor}: there are {len(monitors) - 1}.")
            place = monitors[self._monitor]
            begun = perf_counter()
            shot = self._mss.grab(place)
            self.grab_ms = (perf_counter() - begun) * 1e3
        except ImageError:
            raise
        except Exception as error:
            raise ImageError(f"The screen can't be looked at: {error}.") from error
        size = Size(width=shot.size[0], height=shot.size[1])
        self.calibration = Calibration(place["left"], place["top"], place["width"], place["height"], size)
        if self._frame is not None and self._frame.size == size and shot.raw == self._raw:
            return self._frame
        self._raw = bytes(shot.raw)
        picture = Image.frombytes("RGB", (size.width, size.height), self._raw, "raw", "BGRX")
        self._frame = Frame(pixels=np.asarray(picture), time=time)
        return self._frame

    def _monitors(self) -> list[dict[str, Any]]:
        """All of them as one, and each. The library reads them once, so it is opened anew to look again: 0.4 ms."""
        now = self._opened()
        if now.monitors != self._mss.monitors:
            self._mss, now = now, self._mss
        now.close()
        return self._mss.monitors

    def _opened(self) -> Any:
        import mss

        options: dict[str, Any] = {"display": self._display} if self._display else {}
        return mss.MSS(**options, with_cursor=True) if self._pointer else mss.MSS(**options)

    def close(self) -> None:
        """Let go of the display; may be called twice."""
        self._mss.close()
