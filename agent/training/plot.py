"""Curves of a training run as a PNG, drawn with PIL alone.

python -m agent.training.plot build/train/nano
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from agent.training.metrics import DRAWN, read_metrics

WIDTH, HEIGHT, MARGIN = 420, 240, 44
INK, GRID, LINE = (40, 44, 52), (226, 229, 234), (38, 98, 217)


def plot(folder: Path, out: Path | None = None) -> Path:
    """Draw the run's curves to curves.png in its folder, or to `out`; gives the path."""
    lines = read_metrics(folder)
    drawn = [name for name in DRAWN if any(name in line for line in lines)] or DRAWN[:1]
    panels = {name: [(line["step"], line[name]) for line in lines if name in line] for name in drawn}
    return sheet(panels, out or folder / "curves.png")


def sheet(
    panels: Mapping[str, Sequence[tuple[float, float]]], out: Path, across: str = "step", top: float | None = None
) -> Path:
    """Draw curves beside and below each other, by their titles, to a PNG; gives its path.

    across: what the first figure of a point is; top: what all axes go up to; without it each goes as high as its curve.
    """
    drawn = Image.new("RGB", (2 * WIDTH, (len(panels) + 1) // 2 * HEIGHT), "white")
    for index, (name, points) in enumerate(panels.items()):
        drawn.paste(_panel(name, points, across, top), (index % 2 * WIDTH, index // 2 * HEIGHT))
    drawn.save(out)
    return out


def _panel(name: str, points: Sequence[tuple[float, float]], across: str, top: float | None) -> Image.Image:
    panel = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(panel)
    font = ImageFont.load_default(12)
    draw.text((MARGIN, 8), name.replace("_", " "), INK, ImageFont.load_default(14))
    if len(points) < 2:
        draw.text((MARGIN, HEIGHT // 2), "not measured", INK, font)
        return panel
    left, right = points[0][0], points[-1][0]
    low = min(0.0, *(value for _, value in points))
    span = (max(value for _, value in points) if top is None else top) - low or 1.0

    def place(step: float, value: float) -> tuple[float, float]:
        shift = (step - left) / max(right - left, 1) * (WIDTH - MARGIN - 16)
        return MARGIN + shift, HEIGHT - 30 - (value - low) / span * (HEIGHT - 66)

    for share in (0, 0.25, 0.5, 0.75, 1):
        y = place(left, low + share * span)[1]
        draw.line((MARGIN, y, WIDTH - 16, y), GRID)
        draw.text((4, y - 7), f"{low + share * span:.3g}", INK, font)
    draw.text((MARGIN, HEIGHT - 22), f"{left:.0f}", INK, font)
    draw.text((WIDTH - 70, HEIGHT - 22), f"{across} {right:.0f}", INK, font)
    draw.line([place(step, value) for step, value in points], LINE, 2)
    return panel


if __name__ == "__main__":
    print(plot(Path(sys.argv[1])))
