"""A contact sheet: a sample of screens in rows, with the boxes drawn, and one question under each."""

import random

from PIL import Image, ImageDraw

from agent.training.screens.prose import dense
from agent.training.screens.questions import questions
from agent.training.screens.record import SIZES, Screen
from agent.training.screens.screen import make_screen

CELL = (400, 372)
"""Width and height of a place on the sheet, pixels."""


def boxed(screen: Screen) -> Image.Image:
    """The screen with the boxes of its widgets: red = box, green = where to click, blue = the name of a field."""
    image = Image.fromarray(screen.image)
    draw = ImageDraw.Draw(image)
    for widget in screen.widgets:
        draw.rectangle(widget.box, outline=(255, 0, 0))
        if widget.mark:
            draw.rectangle(widget.mark, outline=(0, 190, 0))
        if widget.label_box:
            draw.rectangle(widget.label_box, outline=(80, 80, 255))
    return image


def contact_sheet(
    seed: int, *, columns: int = 6, rows: int = 4, boxes: bool = True, heldout: bool = False, genre: str | None = None
) -> Image.Image:
    """`columns` x `rows` screens from `seed` on; genre "dense" shows pages for reading."""
    sheet = Image.new("RGB", (columns * CELL[0], rows * CELL[1]), (60, 60, 70))
    draw = ImageDraw.Draw(sheet)
    for index in range(columns * rows):
        rng = random.Random(seed + index)
        if genre == "dense":
            screen = dense(rng, heldout, rng.choice(SIZES))
        else:
            screen = make_screen(rng, heldout=heldout, genre=genre)
        x, y = index % columns * CELL[0], index // columns * CELL[1]
        sheet.paste(boxed(screen) if boxes else Image.fromarray(screen.image), (x, y))
        for line, question in enumerate(questions(screen, rng, limit=2)):
            history = f" [{len(question.history)}: {question.history[-1]}]" if question.history else ""
            text = f"{question.instruction}{history} -> {question.thought} {question.arguments}"
            draw.text((x + 2, y + 324 + 24 * line), text[:68] + "\n" + text[68:136], fill=(255, 255, 255))
    return sheet
