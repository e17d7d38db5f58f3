"""Curves of a training run as a PNG, drawn with PIL alone.

python -m agent.training.plot build/train/nano
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from agent.training.metrics import DRAWN, read_metrics

WIDTH, HEIGHT, MARGIN = 420, 240, 44
INK, GRID, LINE = (40, 44, 52), (226, 229, 234), (38, 98, 217)


def plot(folder: Path, out: Path | None = None) -> Path:
    """Draw the run's curves to curves.png in its folder, or to `out`; gives the path."""
    lines = read_metrics(folder)
    drawn = [name for name in DRAWN if any(name in line for line in lines)] or DRAWN[:1]
    sheet = Image.new("RGB", (2 * WIDTH, (len(drawn) + 1) // 2 * HEIGHT), "white")
    for index, name in enumerate(drawn):
        points = [(line["step"], line[name]) for line in lines if name in line]
        sheet.paste(_panel(name, points), (index % 2 * WIDTH, index // 2 * HEIGHT))
    path = out or folder / "curves.png"
    sheet.save(path)
    return path


def _panel(name: str, points: list[tuple[float, float]]) -> Image.Image:
    panel = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(panel)
    font = ImageFont.load_default(12)
    draw.text((MARGIN, 8), name.replace("_", " "), INK, ImageFont.load_default(14))
    if len(points) < 2:
        draw.text((MARGIN, HEIGHT // 2), "not measured", INK, font)
        return panel
    left, right = points[0][0], points[-1][0]
    low = min(0.0, *(value for _, value in points))
    span = max(value for _, value in points) - low or 1.0

    def place(step: float, value: float) -> tuple[float, float]:
        across = (step - left) / max(right - left, 1) * (WIDTH - MARGIN - 16)
        return MARGIN + across, HEIGHT - 30 - (value - low) / span * (HEIGHT - 66)

    for share in (0, 0.25, 0.5, 0.75, 1):
        y = place(left, low + share * span)[1]
        draw.line((MARGIN, y, WIDTH - 16, y), GRID)
        draw.text((4, y - 7), f"{low + share * span:.3g}", INK, font)
    draw.text((MARGIN, HEIGHT - 22), f"{left:.0f}", INK, font)
    draw.text((WIDTH - 70, HEIGHT - 22), f"step {right:.0f}", INK, font)
    draw.line([place(step, value) for step, value in points], LINE, 2)
    return panel


if __name__ == "__main__":
    print(plot(Path(sys.argv[1])))
