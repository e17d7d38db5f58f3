"""Curves of a training run as pictures in the page, drawn here: a browser needs no program for them.

Each says in words what it shows, to those who can't see it too. Long runs are drawn by the lowest and the highest
reading of each stretch, so that nothing that stood out is lost.
"""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from agent.training.metrics import DRAWN
from ui.measures import figure_words

WORDS = {
    "reading_accuracy": "characters read right",
    "reply": "loss of replies",
    "token_accuracy": "tokens of replies right",
    "coordinate_error": "coordinates off by, of 1000",
    "pointer_accuracy": "pointed right",
    "screens_per_s": "screens a second",
    "success": "tries that succeeded",
    "reward": "reward of a try",
    "loss": "loss",
    "divergence": "divergence a token",
    "lag": "versions behind",
    "episodes_per_s": "episodes a second",
}
"""Figure -> what a person calls it."""
WIDTH, HEIGHT = 340, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 10, 24
_MOST_POINTS = 400

Point = tuple[float, float]


def curves_html(lines: Sequence[dict[str, Any]]) -> str:
    """A curve for each figure that was read twice or more; a sentence where there is none yet."""
    drawn = [(name, points) for name in DRAWN if len(points := readings(lines, name)) > 1]
    if not drawn:
        return '<div class="he-screen"><p>Curves are drawn once there are two lines of figures.</p></div>'
    return f'<div class="he-curves">{"".join(_figure(name, points) for name, points in drawn)}</div>'


def readings(lines: Iterable[dict[str, Any]], name: str) -> list[Point]:
    """(step, value) of a figure; what is no number is left out."""
    found = ((_number(line.get("step")), _number(line.get(name))) for line in lines)
    return [(step, value) for step, value in found if step is not None and value is not None]


def thinned(points: Sequence[Point], most: int = _MOST_POINTS) -> list[Point]:
    """At most so many points, in order: the lowest and the highest of each stretch, the first and the last."""
    if len(points) <= most:
        return list(points)
    number = (most - 2) // 2
    ends = [round(index * len(points) / number) for index in range(number + 1)]
    kept: set[int] = {0, len(points) - 1}
    for begin, end in pairwise(ends):
        stretch = range(begin, end)
        kept |= {min(stretch, key=lambda at: points[at][1]), max(stretch, key=lambda at: points[at][1])}
    return [points[index] for index in sorted(kept)]


def _number(value: object) -> float | None:
    """A number that can be drawn; None for what is endless, or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        return None
    return float(value)


def _figure(name: str, points: Sequence[Point]) -> str:
    values = [value for _, value in points]
    low, high = min(0.0, *values), max(values)
    label = WORDS.get(name, name.replace("_", " "))
    told = (
        f"{label}: from {figure_words(values[0])} at step {points[0][0]:.0f} to {figure_words(values[-1])} at step "
        f"{points[-1][0]:.0f}; between {figure_words(min(values))} and {figure_words(max(values))}"
    )
    return (
        f"<figure><figcaption><b>{escape(label)}</b> <span>{figure_words(values[-1])}</span></figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">'
        f"{_grid(low, high)}{_line(points, low, high)}"
        f'<text x="{_LEFT}" y="{HEIGHT - 6}">{points[0][0]:.0f}</text>'
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}" text-anchor="end">step {points[-1][0]:.0f}</text></svg></figure>'
    )


def _grid(low: float, high: float) -> str:
    lines = []
    for share in (0.0, 0.5, 1.0):
        value = low + share * (high - low)
        y = _y(value, low, high)
        lines.append(
            f'<line class="he-grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{figure_words(float(f"{value:.3g}"))}</text>'
        )
    return "".join(lines)


def _line(points: Sequence[Point], low: float, high: float) -> str:
    left, right = points[0][0], points[-1][0]
    across = (WIDTH - _LEFT - _RIGHT) / max(right - left, 1.0)
    placed = " ".join(
        f"{_LEFT + (step - left) * across:.1f},{_y(value, low, high):.1f}" for step, value in thinned(points)
    )
    return f'<polyline class="he-curve" points="{placed}"/>'


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - _BOTTOM - (value - low) / ((high - low) or 1.0) * (HEIGHT - _TOP - _BOTTOM)
