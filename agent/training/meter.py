"""What happened since the last line of metrics: means of readings, and counts by the second."""

import time
from statistics import fmean


class Meter:
    """Gathers readings until they are taken."""

    def __init__(self) -> None:
        self._readings: dict[str, list[float]] = {}
        self._counts: dict[str, float] = {"steps": 0}
        self._since = time.perf_counter()

    def add(self, **readings: float) -> None:
        """The readings of one step."""
        for name, value in readings.items():
            self._readings.setdefault(name, []).append(value)
        self.count(steps=1)

    def count(self, **numbers: float) -> None:
        """So many more of something."""
        for name, number in numbers.items():
            self._counts[name] = self._counts.get(name, 0) + number

    def take(self) -> dict[str, float]:
        """Means of the readings, `NAME_per_s` of the counts; starts anew."""
        now = time.perf_counter()
        spent = max(1e-9, now - self._since)
        figures = {name: round(fmean(values), 4) for name, values in self._readings.items()}
        figures |= {f"{name}_per_s": round(number / spent, 4) for name, number in self._counts.items()}
        self._readings, self._counts, self._since = {}, dict.fromkeys(self._counts, 0.0), now
        return figures
