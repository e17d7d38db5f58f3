"""What a page shows and must not be seen: filled password fields, and known secrets as text or in fields.

Read from Chromium's own snapshot of DOM and layout (DevTools protocol, `DOMSnapshot.captureSnapshot`). No script runs
in the page for it, so a page can neither notice nor deceive it, and learns no secret. It holds frames, closed shadow
roots and what styles write; text in canvases, pictures and videos is none that Chromium knows of.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from actions.placeholder import PREFIX
from sandboxes.patches import Patch
from sandboxes.scrubbing import Scrubber

STYLES = (
    *("border-left-width", "border-top-width", "padding-left", "padding-top"),
    *("transform", "rotate", "scale", "zoom", "perspective", "-webkit-text-security"),
)
"""Computed styles that a snapshot is asked for, in this order."""
ARGUMENTS = {"computedStyles": list(STYLES), "includePaintOrder": False, "includeDOMRects": False}
_PLAIN = {"transform": "none", "rotate": "none", "scale": "none", "zoom": "1", "perspective": "none"}
MARGIN = 2.0
"""CSS pixels around text that letters may reach into."""


class Place(NamedTuple):
    """Where a document is in the picture: its own (0, 0) in CSS pixels, or in `whole` if that can't be told."""

    left: float
    top: float
    whole: tuple[float, float, float, float] | None = None
    """Of a frame that is turned or scaled: all of it is covered if anything is."""


class Snapshot:
    """One snapshot of a page's process: a document and the frames in it that share the process."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._strings: Sequence[str] = answer["strings"]
        self._documents = [_Document(document, self._strings) for document in answer["documents"]]

    def patches(self, scrubber: Scrubber, passwords: set[int], place: Place) -> Iterator[Patch]:
        """What has to be covered, in CSS pixels of the picture. The first document is at `place`; passwords: the fields
        that ever were password fields, by `backendNodeId`, which new ones are added to."""
        for document, here in self._placed(place):
            for bounds, label in document.secrets(scrubber, passwords):
                yield _patch(bounds, label, here)

    def place_of(self, backend_node: int, place: Place) -> Place | None:
        """Where the document of a frame in another process is; None when there is no such frame here."""
        for document, here in self._placed(place):
            if (node := document.node_of(backend_node)) is not None:
                return document.place_of(node, here)
        return None

    def whole(self, backend_node: int, place: Place) -> Patch | None:
        """All of such a frame; None when it is not shown."""
        for document, here in self._placed(place):
            if (node := document.node_of(backend_node)) is not None:
                bounds = document.bounds_of(node)
                return None if bounds is None else _patch(bounds, "", here)
        return None

    def _placed(self, place: Place) -> "Iterator[tuple[_Document, Place]]":
        """Each document that is shown, and where its (0, 0) is as far as it is scrolled."""
        places = {0: place}
        for number, document in enumerate(self._documents):
            if number not in places:
                continue
            here = places[number]
            here = here._replace(left=here.left - document.scroll[0], top=here.top - document.scroll[1])
            for child, node in document.frames.items():
                if (found := document.place_of(node, here)) is not None:
                    places[child] = found
            yield document, here


class _Document:
    """One document of a snapshot. Bounds are [left, top, width, height] in CSS pixels of the whole document."""

    def __init__(self, document: Mapping[str, Any], strings: Sequence[str]) -> None:
        self._strings = strings
        self._nodes, self._layout = document["nodes"], document["layout"]
        self._boxes = document["textBoxes"]
        self._of_node = {node: at for at, node in enumerate(self._layout["nodeIndex"])}
        self._values = self._rare("inputValue") | self._rare("textValue")
        self.scroll = (document.get("scrollOffsetX", 0.0), document.get("scrollOffsetY", 0.0))
        children = self._nodes.get("contentDocumentIndex", {"index": [], "value": []})
        self.frames: dict[int, int] = dict(zip(children["value"], children["index"], strict=True))
        """Number of a document -> the node of the frame that shows it."""

    def node_of(self, backend_node: int) -> int | None:
        """The node of that name."""
        try:
            return self._nodes["backendNodeId"].index(backend_node)
        except ValueError:
            return None

    def bounds_of(self, node: int) -> list[float] | None:
        """Where a node is; None where it is not shown."""
        at = self._of_node.get(node)
        return None if at is None else self._layout["bounds"][at]

    def place_of(self, node: int, place: Place) -> Place | None:
        """Where the document of a frame element is; None where the frame is not shown."""
        bounds = self.bounds_of(node)
        if bounds is None:
            return None
        left, top = bounds[0] + place.left, bounds[1] + place.top
        whole = place.whole
        if whole is None and self._is_turned(node):
            whole = (left, top, left + bounds[2], top + bounds[3])
        style = self._style(self._of_node[node])
        left += _pixels(style["border-left-width"]) + _pixels(style["padding-left"])
        return Place(left, top + _pixels(style["border-top-width"]) + _pixels(style["padding-top"]), whole)

    def secrets(self, scrubber: Scrubber, passwords: set[int]) -> Iterator[tuple[list[float], str]]:
        """Bounds and label of what has to be covered."""
        names, ids = self._nodes["nodeName"], self._nodes["backendNodeId"]
        pieces: list[tuple[str, int]] = []
        for at, node in enumerate(self._layout["nodeIndex"]):
            name, value = self._string(names[node]).upper(), self._values.get(node, "")
            if name == "INPUT" and (self._is_password(node, at) or ids[node] in passwords):
                passwords.add(ids[node])
                if value:
                    hits = scrubber.find(value)
                    yield self._layout["bounds"][at], f"{PREFIX}{hits[0].name}" if hits else ""
                    continue
            if value:
                pieces.append((value, at))
            elif name == "SELECT":
                pieces.append((self._options(node), at))
            elif (text := self._string(self._layout["text"][at])) and not text.isspace():
                pieces.append((text, at))
        yield from self._covered(pieces, scrubber)

    def _covered(self, pieces: Sequence[tuple[str, int]], scrubber: Scrubber) -> Iterator[tuple[list[float], str]]:
        """What is written piece by piece, such as a letter in each of several fields, is read as one text."""
        starts, length = [], 0
        for text, _ in pieces:
            starts.append(length)
            length += len(text)
        for start, end, name in scrubber.find("".join(text for text, _ in pieces)):
            for number in range(bisect_right(starts, start) - 1, len(pieces)):
                if starts[number] >= end:
                    break
                at = pieces[number][1]
                boxes = list(self._text_boxes(at, start - starts[number], end - starts[number]))
                for bounds in boxes or [self._layout["bounds"][at]]:
                    yield bounds, f"{PREFIX}{name}"

    def _text_boxes(self, at: int, start: int, end: int) -> Iterator[list[float]]:
        """The lines of a text that hold any of its characters from start to end."""
        layout, boxes = self._boxes["layoutIndex"], self._boxes
        for number in range(bisect_right(layout, at - 1), bisect_right(layout, at)):
            first, length = boxes["start"][number], boxes["length"][number]
            if first < end and start < first + length:
                yield boxes["bounds"][number]

    def _is_password(self, node: int, at: int) -> bool:
        if self._style(at)["-webkit-text-security"] not in ("none", ""):
            return True
        pairs = self._nodes["attributes"][node]
        attributes = {self._string(pairs[n]): self._string(pairs[n + 1]) for n in range(0, len(pairs), 2)}
        return attributes.get("type", "").strip().lower() == "password"

    def _is_turned(self, node: int) -> bool:
        """Whether an element, or one around it, is not drawn upright in its own size."""
        while node >= 0:
            at = self._of_node.get(node)
            if at is not None and any(self._style(at)[name] not in (plain, "") for name, plain in _PLAIN.items()):
                return True
            node = self._nodes["parentIndex"][node]
        return False

    def _options(self, select: int) -> str:
        """The words of a list's options, which one is shown of."""
        parents, values = self._nodes["parentIndex"], self._nodes["nodeValue"]
        inside, words = {select}, []
        for node in range(select + 1, len(parents)):
            if parents[node] not in inside:
                break
            inside.add(node)
            words.append(self._string(values[node]))
        return "".join(words)

    def _style(self, at: int) -> dict[str, str]:
        found = [self._string(number) for number in self._layout["styles"][at]]
        return dict(zip(STYLES, found, strict=False)) if found else dict.fromkeys(STYLES, "")

    def _rare(self, name: str) -> dict[int, str]:
        rare = self._nodes.get(name, {"index": [], "value": []})
        return {node: self._string(value) for node, value in zip(rare["index"], rare["value"], strict=True)}

    def _string(self, number: int) -> str:
        return self._strings[number] if number >= 0 else ""


def _patch(bounds: Sequence[float], label: str, place: Place) -> Patch:
    if place.whole is not None:
        return Patch(*place.whole, label)
    left, top, width, height = bounds
    left, top = left + place.left, top + place.top
    return Patch(left - MARGIN, top - MARGIN, left + width + MARGIN, top + height + MARGIN, label)


def _pixels(length: str) -> float:
    try:
        return float(length.removesuffix("px"))
    except ValueError:
        return 0.0
