"""Finds known secrets in texts, however they are written there, and puts placeholders in their place.

A secret is found plain in either case, backwards, broken over spaces and lines, with underscores as in the name of a
file, percent-encoded, with HTML entities, with the escapes of JSON and JavaScript, quoted-printable, each of these
within another and mixed letter by letter, in hex, and in base64 wherever in the encoded bytes it stands. What is
compressed or encrypted is not looked into.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from actions.placeholder import PREFIX

DEPTH = 4
"""Encodings within one another that are undone."""
MIN_FRAGMENT = 4
"""Characters of a secret in a row that count as a part of it, where parts are looked for."""

_BLANKS = "\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_BLANK = re.compile(rf"[\s{_BLANKS}]+")
_HEX_BLANK = re.compile(rf"[\s:,{_BLANKS}-]+")
_BASE64 = "A-Za-z0-9+/_-"
_NAMES = str.maketrans(dict.fromkeys("\"'*/:<>?\\|~%", "_"))
"""Signs that browsers and file systems do not take in the name of a file, and write an underscore for."""
_ENCODED = re.compile(
    r"(?P<percent>(?:%[0-9a-fA-F]{2})+)|(?P<printable>(?:=[0-9A-F]{2})+)|(?P<bytes>(?:\\x[0-9a-fA-F]{2})+)"
    r"|(?P<entity>&#\d{1,7};?|&#[xX][0-9a-fA-F]{1,6};?|&[A-Za-z][A-Za-z0-9]{1,31};?)"
    r"|(?P<units>(?:\\u[0-9a-fA-F]{4})+)|\\u\{(?P<point>[0-9a-fA-F]{1,6})\}|\\(?P<sign>[\"'\\/])"
)

_DOUBTFUL = frozenset({"printable", "entity"})
"""Kinds whose signs stand in addresses too, where they mean nothing: `?q=0D`, `&copy`."""


class Hit(NamedTuple):
    """A place in a text where a secret stands."""

    start: int
    end: int
    """After the last character."""
    name: str


class _Layer(NamedTuple):
    """A text with some encodings undone, and for each character where in the first text it came from."""

    text: str
    starts: list[int]
    ends: list[int]


class _Needle:
    """One form of a secret. It holds the value, so it is never shown or written down."""

    __slots__ = ("name", "text")

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name

    def __repr__(self) -> str:
        return f"<a form of {PREFIX}{self.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets can't be written down")


class Scrubber:
    """Knows the values of some secrets, to find them; it never shows them, and can't be written down."""

    __slots__ = ("_fragments", "_has_blanks", "_hex", "_named", "_plain", "_readings", "_stems")

    def __init__(self, values: Mapping[str, str]) -> None:
        """values: name -> value; one with fewer than 4 characters would be found everywhere, and is the caller's
        mistake."""
        plain = [_Needle(_BLANK.sub("", value).lower(), name) for name, value in values.items()]
        self._plain = [*plain, *(_Needle(needle.text[::-1], needle.name) for needle in plain)]
        named = [_Needle(needle.text.translate(_NAMES), needle.name) for needle in self._plain]
        self._named = [one for one, needle in zip(named, self._plain, strict=True) if one.text != needle.text]
        self._readings = _readings(values.values())
        self._has_blanks = any(_BLANK.search(value) for value in values.values())
        forms = [(value.encode(code), name) for name, value in values.items() for code in ("utf-8", "utf-16-le")]
        self._hex = [_Needle(form.hex(), name) for form, name in forms]
        self._stems = [_Needle(stem, name) for form, name in forms for stem in _stems(form)]
        self._fragments = [
            _Needle(needle.text[at : at + MIN_FRAGMENT], needle.name)
            for needle in plain
            for at in range(len(needle.text) - MIN_FRAGMENT + 1)
        ]

    def __repr__(self) -> str:
        return "<Scrubber>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets can't be written down")

    def __bool__(self) -> bool:
        return bool(self._plain)

    def find(self, text: str, *, fragments: bool = False) -> list[Hit]:
        """Where secrets stand, in order and apart; fragments: parts of `MIN_FRAGMENT` characters count too."""
        if not self._plain or not text:
            return []
        hits: list[Hit] = []
        layers = [_Layer(text, *_identity(len(text)))]
        for _ in range(DEPTH):
            for layer in layers:
                hits += self._hits(layer)
                if fragments:
                    hits += _seek(layer, self._fragments, _BLANK)
            layers = _all_decoded(layers, self._readings)
        return _apart(hits)

    def scrub(self, text: str, *, fragments: bool = False) -> str:
        """The text with `secret:NAME` wherever a secret stood."""
        for hit in reversed(self.find(text, fragments=fragments)):
            text = f"{text[: hit.start]}{PREFIX}{hit.name}{text[hit.end :]}"
        return text

    def scrub_data(self, value: Any) -> Any:
        """The same for every text in plain data, keys too."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, Mapping):
            return {self.scrub_data(key): self.scrub_data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)([self.scrub_data(item) for item in value])
        return value

    def _hits(self, layer: _Layer) -> Iterator[Hit]:
        yield from _seek(layer, self._plain, _BLANK)
        if self._has_blanks and "+" in layer.text:  # A space, in the query of an address.
            yield from _seek(layer._replace(text=layer.text.replace("+", " ")), self._plain, _BLANK)
        if self._named and "_" in layer.text:
            yield from _seek(layer._replace(text=layer.text.translate(_NAMES)), self._named, _BLANK)
        yield from _seek(layer, self._hex, _HEX_BLANK)
        for needle in self._stems:
            for found in re.finditer(rf"[{_BASE64}]*{re.escape(needle.text)}[{_BASE64}]*=*", layer.text):
                yield Hit(layer.starts[found.start()], layer.ends[found.end() - 1], needle.name)


def _seek(layer: _Layer, needles: Iterable[_Needle], blank: re.Pattern[str]) -> Iterator[Hit]:
    """Needles in the text without blanks, in any case."""
    packed = blank.sub("", layer.text)
    lowered = packed.lower() if len(packed.lower()) == len(packed) else "".join(map(_lowered, packed))
    present = [needle for needle in needles if needle.text in lowered]
    if not present:
        return
    kept = [at for at, character in enumerate(layer.text) if not blank.match(character)]
    for needle in present:
        at = lowered.find(needle.text)
        while at >= 0:
            yield Hit(layer.starts[kept[at]], layer.ends[kept[at + len(needle.text) - 1]], needle.name)
            at = lowered.find(needle.text, at + 1)


def _lowered(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def _readings(values: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Sets of kinds that a reading leaves as they are: none, the doubtful ones, and those that the values themselves
    look like (`%00` is three letters of some password, and would be undone with the rest)."""
    own = frozenset(found.lastgroup or "" for value in values for found in _ENCODED.finditer(value))
    alone = (frozenset({kind}) for kind in sorted(_DOUBTFUL | own))
    return tuple(dict.fromkeys([frozenset[str](), *alone, own, own | _DOUBTFUL]))


def _all_decoded(layers: Sequence[_Layer], readings: Iterable[frozenset[str]]) -> list[_Layer]:
    """Every reading of the texts with one more layer of encodings undone, each once."""
    found = [_decoded(layer, plain) for layer in layers for plain in readings]
    return list({layer.text: layer for layer in found if layer is not None}.values())


def _decoded(layer: _Layer, plain: frozenset[str]) -> _Layer | None:
    """The text with one layer of encodings undone, but for those of the kinds `plain`; None where there is none."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at, changed = 0, False
    for found in _ENCODED.finditer(layer.text):
        decoded = None if found.lastgroup in plain else _characters(found)
        if decoded is None:
            continue
        changed = True
        first, last = found.span()
        parts.append(layer.text[at:first])
        starts += layer.starts[at:first]
        ends += layer.ends[at:first]
        for character, begin, end in decoded:
            parts.append(character)
            starts.append(layer.starts[first + begin])
            ends.append(layer.ends[first + end - 1])
        at = last
    if not changed:
        return None
    return _Layer("".join([*parts, layer.text[at:]]), starts + layer.starts[at:], ends + layer.ends[at:])


def _characters(found: re.Match[str]) -> list[tuple[str, int, int]] | None:
    """What a token stands for: characters, each with the part of the token that it came from."""
    token, kind = found[0], found.lastgroup
    if kind in ("percent", "printable", "bytes"):
        width = 4 if kind == "bytes" else 3
        data = bytes(int(token[at + width - 2 : at + width], 16) for at in range(0, len(token), width))
        return _spread(data.decode("utf-8", "surrogateescape"), width)
    if kind == "units":
        units = b"".join(int(part, 16).to_bytes(2, "little") for part in token[2:].split("\\u"))
        return [(character, 0, len(token)) for character in units.decode("utf-16-le", "replace")]
    if kind == "point":
        number = int(found["point"], 16)
        return [(chr(number), 0, len(token))] if number <= 0x10FFFF else None
    if kind == "sign":
        return [(found["sign"], 0, 2)]
    decoded = html.unescape(token)
    return None if decoded == token else [(character, 0, len(token)) for character in decoded]


def _spread(text: str, width: int) -> list[tuple[str, int, int]]:
    """Each character with the part of its token, in which a byte takes `width` characters."""
    spans, at = [], 0
    for character in text:
        end = at + len(character.encode("utf-8", "surrogateescape")) * width
        spans.append((character, at, end))
        at = end
    return spans


def _stems(data: bytes) -> Iterator[str]:
    """What of the data stands in any base64 that holds it, for each of the three places in which it can begin."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode("ascii")
        first = -(-shift * 8 // 6)
        stem = encoded[first : (shift + len(data)) * 8 // 6]
        yield stem
        if safe := stem.translate(str.maketrans("+/", "-_")):
            yield safe


def _identity(length: int) -> tuple[list[int], list[int]]:
    return list(range(length)), list(range(1, length + 1))


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """In order; those that touch become one, under the name of the first."""
    merged: list[Hit] = []
    for hit in sorted(hits):
        if merged and hit.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, hit.end))
        else:
            merged.append(hit)
    return merged
