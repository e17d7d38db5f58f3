"""The `screens` benchmark with its pages rendered by Chromium beforehand, in a file that lasts as long as it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.evaluation.screens import FORMS_PART, RENDERED_PART, ScreensBenchmark
from agent.settings import EvaluationSettings
from agent.training.pages.archive import PageStore, encoded, write_entries
from agent.training.pages.press import RUN, Order, rendered


@asynccontextmanager
async def rendered_pages(seed: int, number: int, *, heldout: bool) -> AsyncIterator[PageStore]:
    """`number` pages of a seed and one side of the held-out rule, as Chromium shows them; gone at the end.

    Raises SandboxMissing where there is no Chromium, unless no page is wanted.
    """
    with TemporaryDirectory(prefix="handeye-") as folder:
        path = Path(folder) / "pages.zip"
        entries = []
        for start in range(0, number, RUN):
            order = Order(seed, start, min(start + RUN, number), heldout)
            entries += [(screen.size, encoded(screen)) async for screen in rendered(order)]
        write_entries(path, entries)
        store = PageStore(path)
        try:
            yield store
        finally:
            store.close()


@asynccontextmanager
async def screens_benchmark(
    number: int,
    *,
    seed: int,
    split: str = "heldout",
    renderer: str = "both",
    settings: EvaluationSettings | None = None,
) -> AsyncIterator[ScreensBenchmark]:
    """`number` screens, drawn, from Chromium or both, one in RENDERED_PART then; with Chromium, whole forms too."""
    num_rendered = {"drawn": 0, "chromium": number, "both": number // RENDERED_PART}[renderer]
    num_forms = 0 if renderer == "drawn" else number // FORMS_PART
    async with rendered_pages(seed, num_rendered, heldout=split == "heldout") as pages:
        yield ScreensBenchmark(
            split=split,
            seed=seed,
            num_screens=number - num_rendered,
            rendered=pages,
            num_forms=num_forms,
            settings=settings,
        )
