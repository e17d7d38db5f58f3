"""`Writer`: writes the HTML of one page and remembers what its numbered elements are."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from agent.training.pages.marks import icon_html
from agent.training.screens.marks import LIKE_SHAPES, icon_names
from agent.training.screens.record import Widget
from agent.training.screens.themes import Theme
from agent.training.words import Words

NOWHERE = (0.0, 0.0, 0.0, 0.0)
"""The box of a widget before the page was rendered."""

UNNAMED = ("icon", "shape", "scroller")


@dataclass(slots=True)
class Writer:
    """The means of one page. The element of widget i carries data-box="i"; others data-mark, data-label."""

    rng: random.Random
    words: Words
    theme: Theme
    width: float
    """CSS pixels that the part being written may take."""
    height: float
    """CSS pixels of the window."""
    widgets: list[Widget] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Names given on this page, lower case: no two controls are called the same."""
    focus_taken: bool = False

    def chance(self, probability: float) -> bool:
        """True with `probability`."""
        return self.rng.random() < probability

    def fits(self, text: str, share: float) -> bool:
        """Whether `text` takes at most `share` of the width, as far as can be said without a browser."""
        return len(text) * self.theme.size * 0.58 < self.width * share

    def name(self, make: Callable[[], str], share: float = 0.9) -> str:
        """A text from `make` that is new on this page and takes at most `share` of the width; "" when none is found."""
        for _ in range(10):
            text = make()
            if text.lower() not in self.used and self.fits(text, share):
                self.used.add(text.lower())
                return text
        return ""

    def names(self, make: Callable[[], str], least: int, most: int, share: float = 0.5) -> list[str]:
        """Several new names, `least` to `most` where so many are found."""
        return [name for _ in range(self.rng.randint(least, most)) if (name := self.name(make, share))]

    def sentence(self, least: int = 4, most: int = 10) -> str:
        """Running text of `least` to `most` words, nobody's name."""
        text = self.words.phrase(self.rng.randint(least, most))
        comma = text.find(" ", len(text) // 2)
        if self.chance(0.25) and comma > 0:
            text = text[:comma] + "," + text[comma:]
        return text[:1].upper() + text[1:] + self.rng.choice((".", ".", ".", "", "!", "?"))

    def add(self, kind: str, text: str = "", **known) -> str:
        """Register a widget; gives the attribute for its element."""
        self.widgets.append(Widget(kind, NOWHERE, text, **known))
        return f'data-box="{len(self.widgets) - 1}"'

    def shown(self, kind: str, text: str, tag: str = "span", cls: str = "", **known) -> str:
        """An element that is a widget and holds its name."""
        if not text:
            return ""
        look = f' class="{cls}"' if cls else ""
        return f"<{tag}{look} {self.add(kind, text, **known)}>{escape(text)}</{tag}>"

    @property
    def last(self) -> int:
        """The number of the widget registered last."""
        return len(self.widgets) - 1

    def take_focus(self, probability: float) -> bool:
        """Whether the control asking gets the focus: at most one does."""
        if self.focus_taken or not self.chance(probability):
            return False
        self.focus_taken = True
        return True

    @contextmanager
    def within(self, width: float) -> Iterator[None]:
        """A part of the page that is `width` CSS pixels wide."""
        before, self.width = self.width, width
        yield
        self.width = before

    def svg(self, share: float = 1.0, *usual: str) -> tuple[str, str]:
        """The drawing and the name of an icon that is new on this page, one of the `usual` mostly, `share` of its size;
        "" when there is none. What is cut out of it shows the CSS variable --ground."""
        free = [name for name in icon_names() if f"icon {name}" not in self.used]
        free = [name for name in free if f"any {LIKE_SHAPES.get(name)}" not in self.used]
        if not free:
            return "", ""
        expected = [name for name in usual if name in free]
        name = self.rng.choice(expected if expected and self.chance(0.75) else free)
        self.used |= {f"icon {name}", f"{LIKE_SHAPES.get(name)} icon"}
        size = max(12, round(self.theme.size * self.rng.uniform(1.0, 1.7) * share))
        return icon_html(self.rng, name, size), name

    def icon(self, cls: str = "icon", *usual: str) -> str:
        """An icon to click, one of the `usual` mostly."""
        drawing, name = self.svg(1.0, *usual)
        tag = self.rng.choice(("span", "button", "a")) if cls == "icon" else "span"
        return drawing and f'<{tag} class="{cls}" {self.add("icon", name)}>{drawing}</{tag}>'

    def mentioned(self) -> str:
        """Words around the names of one or two of the controls written so far, in quotes or bare."""
        named = [w.text for w in self.widgets if w.text and w.kind not in UNNAMED and not w.hidden]
        parts = [self.words.phrase(self.rng.randint(1, 3))]
        for name in self.rng.sample(named, min(len(named), self.rng.randint(1, 2))):
            parts += [f'"{name}"' if self.chance(0.4) else name, self.words.phrase(self.rng.randint(1, 2))]
        return " ".join(parts)
