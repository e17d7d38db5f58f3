"""Synthetic screens: drawn interfaces with exact boxes, and questions about them with the right replies.

Needs numpy and Pillow alone. `make_screen` draws one, `questions` asks about it, `dense` fills a page with text;
`python -m agent.training.screens --sheet sheet.png` shows a sample. The same seed gives the same screens where the same
fonts are found.
"""

from agent.training.screens.glyphs import CHARS, NUM_CHARS, NUM_SLOTS
from agent.training.screens.prose import dense
from agent.training.screens.questions import questions
from agent.training.screens.record import SIZES, Question, Screen, Size, Widget
from agent.training.screens.screen import make_screen

__all__ = [
    "CHARS",
    "NUM_CHARS",
    "NUM_SLOTS",
    "SIZES",
    "Question",
    "Screen",
    "Size",
    "Widget",
    "dense",
    "make_screen",
    "questions",
]
