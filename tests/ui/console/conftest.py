"""What the console's tests in a browser share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A person's browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()
