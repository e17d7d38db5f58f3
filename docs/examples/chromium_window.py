"""Types into a page in a real Chromium window and reads what it downloads: `python docs/examples/chromium_window.py`.

A virtual desktop is made for it, so nothing of yours is touched. Needs:
sudo apt install xvfb openbox bubblewrap chromium
"""

import os
import shutil
import time
from pathlib import Path

from sandboxes import desktop

PAGE = """<!doctype html><title>Notebook</title>
<textarea id=text autofocus style="font: 20px sans-serif; width: 90%; height: 40vh"></textarea>
<p><button style="font: 20px sans-serif" onclick="keep()">Keep</button>
<script>
function keep() {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text.value]))
  link.download = 'kept.txt'
  link.click()
}
</script>"""
TEXT = "Zoë wrote:\n<3 & 日本 🙂"


def main() -> str:
    """The text that was downloaded."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    flags = ["--no-first-run", "--no-default-browser-check", "--disable-sync", "--password-store=basic"]
    flags += ["--no-sandbox", "--test-type"] if os.geteuid() == 0 else []
    with desktop.open(files={"page.html": PAGE}, launch=[[program, *flags, "page.html"]]) as screen:
        kept: Path = screen.environment.home / "Downloads" / "kept.txt"
        screen.until(lambda frame: "Notebook" in screen.observation.title, seconds=60)
        screen.wait(1)
        screen.click(400, 300)
        screen.type(TEXT)
        screen.key("tab")
        screen.key("enter")
        deadline = time.monotonic() + 10
        while not kept.exists() and time.monotonic() < deadline:
            screen.wait(0.1)
        screen.save("build/chromium_window.png")
        return kept.read_text()


if __name__ == "__main__":
    print(main())
