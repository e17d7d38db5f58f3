"""The process in which pixels are read: `python -m perception.ocr_worker FD MEMORY_BYTES`.

rapidocr's networks (PP-OCR, ONNX) come inside its wheel. Like every worker of documents this process has no network and
starts nothing (`perception.confinement`), so nothing is fetched and nothing is sent.
"""

import math
import mmap
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

from perception.confinement import confine
from perception.document.channel import Channel
from perception.document.worker import serve

_STEEP = 30.0
"""Degrees from which on a line does not run from left to right."""
_SIDEWAYS = 0.6
"""Where so many lines stand on end, the page lies on its side."""


class Reader:
    """The networks, and what is asked of them."""

    def __init__(self, num_threads: int) -> None:
        from rapidocr import RapidOCR

        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": num_threads,
                "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,  # else memory grows with every new page size
            }
        )

    def answer(self, question: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        """The words on RGB pixels of the given width and height that lie in the descriptor's memory; of pixels that are
        not `whole` but one line, its text."""
        import numpy as np

        width, height = question["width"], question["height"]
        memory = mmap.mmap(descriptors[0], width * height * 3, prot=mmap.PROT_READ)
        os.close(descriptors[0])
        pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 3)[:, :, ::-1]  # the networks learned on BGR
        pixels = np.ascontiguousarray(pixels)
        return {"words": self._upright(pixels)} if question["whole"] else self._line(pixels)

    def _line(self, pixels: Any) -> dict[str, Any]:
        found: Any = self._engine(pixels, use_det=False, use_cls=False, use_rec=True, return_word_box=False)
        texts, scores = getattr(found, "txts", None) or (), getattr(found, "scores", None) or ()
        return {"text": " ".join(texts).strip(), "confidence": min(map(float, scores), default=1.0)}

    def _upright(self, pixels: Any) -> list[dict[str, Any]]:
        """The words; a page on its side is turned both ways, and the way that reads better counts."""
        import numpy as np

        words = list(self._words(pixels))
        standing = sum(word["box"][3] - word["box"][1] > word["box"][2] - word["box"][0] for word in words)
        long_words = [word for word in words if len(word["text"]) > 2]
        if not long_words or standing < _SIDEWAYS * len(words):
            return words
        height, width = pixels.shape[:2]
        readings = [words]
        for turns in (1, 3):  # counter-clockwise, by 90 degrees
            turned = list(self._words(np.ascontiguousarray(np.rot90(pixels, turns))))
            back = ({"box": _turned_back(word["box"], turns, width, height), "angle": 0} for word in turned)
            readings.append([word | placed for word, placed in zip(turned, back, strict=True)])
        return max(readings, key=_weight)

    def _words(self, pixels: Any) -> Iterator[dict[str, Any]]:
        # All is said each time: the engine keeps what it was told for the question before.
        result: Any = self._engine(pixels, use_det=True, use_cls=False, use_rec=True, return_word_box=True)
        if result.boxes is None or result.word_results is None:  # there is no text
            return
        for line, whole in zip(result.word_results, result.boxes, strict=True):
            corners = [(float(x), float(y)) for x, y in whole]  # from the top left one, clockwise
            angle = math.degrees(math.atan2(corners[1][1] - corners[0][1], corners[1][0] - corners[0][0]))
            for text, score, around in line:
                if text.strip():
                    box = _word_box(corners, [(float(x), float(y)) for x, y in around], angle)
                    yield {
                        "text": text.strip(), "box": box, "angle": round(angle, 2), "confidence": round(float(score), 4)
                    }  # fmt: skip


def _word_box(line: list[tuple[float, float]], word: list[tuple[float, float]], angle: float) -> list[float]:
    """The upright box of a word on a line, both given by their corners.

    A line's corners are measured, a word's are whole pixels, worked out from where the network saw its letters.
    """
    left, right = min(x for x, _ in word), max(x for x, _ in word)
    if abs(angle) > _STEEP:
        return [left, min(y for _, y in word), right, max(y for _, y in word)]
    top = min(_level(line[0], line[1], at) for at in (left, right))
    bottom = max(_level(line[3], line[2], at) for at in (left, right))
    return [left, round(top, 2), right, round(bottom, 2)]


def _level(one: tuple[float, float], other: tuple[float, float], at: float) -> float:
    """How high a straight line through two points runs."""
    return one[1] + (other[1] - one[1]) * (at - one[0]) / max(1.0, other[0] - one[0])


def _turned_back(box: list[float], turns: int, width: int, height: int) -> list[float]:
    """A box on pixels that were turned counter-clockwise by 90 degrees `turns` times, on the pixels of that size."""
    left, top, right, bottom = box
    if turns == 1:
        return [width - bottom, left, width - top, right]
    return [top, height - right, bottom, height - left]


def _weight(words: list[dict[str, Any]]) -> float:
    """How much of a reading is sure: letters, by the square of their scores."""
    return sum(len(word["text"]) * word["confidence"] ** 2 for word in words)


def main() -> None:
    """Answer until nobody asks any more."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    lacking = confine(int(sys.argv[2]))
    try:
        reader = Reader(num_threads=max(1, min(4, len(os.sched_getaffinity(0)))))
    except ImportError as error:
        channel.send({"missing": error.name or str(error)})
        return
    channel.send({"ready": True, "unconfined": lacking})
    serve(channel, reader)


if __name__ == "__main__":
    main()
