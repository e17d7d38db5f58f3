"""A run as one HTML file: screenshots with the clicks drawn on them, the steps, the outcome, the facts.

The file asks nothing of any server: images are data URIs, and its own content policy forbids everything but
the one style and the one script that it carries. Text of the model and of pages travels as JSON and is shown
as text.
"""

import base64
import html
import io
import json
import re
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image

from agent.marks import step_marks
from agent.recorder import image_store
from agent.trajectory import Outcome, Step, Trajectory
from perception.errors import ImageError
from perception.files import replace_file
from perception.image_store import ImageStore
from perception.observation import Frame, ImageRef
from perception.overlay import Mark
from ui.words import (
    action_words,
    ending_words,
    headline,
    outcome_tone,
    page_notes,
    reason_words,
    step_verdict,
    timing_words,
)

TEMPLATE = Path(__file__).with_name("replay.html")
FILE_NAME = "replay.html"

_LOSSLESS_UP_TO = 700_000
"""Pixels; larger screens are kept a little lossy, so that a long run at 1080p stays a file that opens."""


def write_replay(trajectory: Trajectory, folder: Path) -> Path:
    """Write the folder's replay page and return its path; the page that was there is replaced in one move.

    Raises OSError when the folder can't be written to.
    """
    path = folder / FILE_NAME
    replace_file(path, render(trajectory, image_store(folder)).encode())
    return path


def render(trajectory: Trajectory, store: ImageStore) -> str:
    """The whole page. An image that the store does not have is said on the page instead of shown."""
    template = TEMPLATE.read_text(encoding="utf-8")
    parts = {
        "policy": _policy(template),
        "title": html.escape(f"{headline(trajectory.run.outcome)}: {trajectory.run.task.instruction}"),
        "data": _as_script_data(_page_data(trajectory, store)),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _policy(template: str) -> str:
    """Only the page's own style and script, by their hashes, and images that are part of the file."""
    (style,) = re.findall(r"<style>(.*?)</style>", template, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", template, re.DOTALL)
    return (
        f"default-src 'none'; img-src data:; style-src '{source_hash(style)}'; "
        f"script-src '{source_hash(script)}'; base-uri 'none'; form-action 'none'"
    )


def source_hash(text: str) -> str:
    """How a content policy names a style or a script that the page itself carries."""
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


def _as_script_data(value: Any) -> str:
    """JSON that no HTML parser can leave: pure ASCII, and no character that opens or closes a tag."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _page_data(trajectory: Trajectory, store: ImageStore) -> dict[str, Any]:
    run, outcome = trajectory.run, trajectory.run.outcome
    return {
        "instruction": run.task.instruction,
        "headline": headline(outcome),
        "tone": outcome_tone(outcome),
        "said": _said(outcome, trajectory.notes),
        "ending": _sentence(ending_words(outcome)) if outcome else "The run has no outcome yet.",
        "model": run.model,
        "took": f"{outcome.seconds:.1f} s" if outcome else "",
        "tokens": f"{outcome.tokens:,}" if outcome else "",
        "total": _total(trajectory.steps),
        "started": _when(run.started),
        "identity": f"run {run.id}, codec {run.codec}, prompt {run.prompt}",
        "facts": _facts(outcome),
        "steps": [
            _step_data(step, marks) for step, marks in zip(trajectory.steps, step_marks(trajectory.steps), strict=True)
        ],
        "images": _images(trajectory.steps, store),
    }


def _step_data(step: Step, marks: tuple[Mark, ...]) -> dict[str, Any]:
    timings = step.timings
    return {
        "thought": step.thought,
        "action": action_words(step.action),
        "verdict": step_verdict(step),
        "tone": _tone(step),
        "change": f", {step.verdict.changed_share:.1%} of the screen changed" if step.verdict else "",
        "notes": _step_notes(step),
        "url": step.url,
        "see": timings.see_ms,
        "think": timings.think_ms,
        "act": timings.act_ms + timings.verify_ms,
        "timing": timing_words(timings),
        "before": step.before.model_dump(),
        "after": step.after.model_dump() if step.after else None,
        "marks": [mark.model_dump() for mark in marks],
        "replies": [reply.text for reply in step.replies],
    }


def _tone(step: Step) -> str:
    if step.error or step.action is None:
        return "bad"
    if step.verdict is not None and not step.verdict.expected:
        return "warn"
    return "good"


def _step_notes(step: Step) -> list[str]:
    notes = [f"Reply {number}: {reply.error}" for number, reply in enumerate(step.replies, 1) if reply.error]
    if step.actor != "model":
        notes.append(f"Decided by a {step.actor}.")
    return notes + page_notes(step)


def _said(outcome: Outcome | None, notes: tuple[str, ...]) -> str:
    """The line under the title: the answer or the reason, then what reading the run had to mend."""
    parts = [f"Answer: {outcome.answer}" if outcome.answer else "", reason_words(outcome)] if outcome else []
    return " ".join(part for part in (*parts, *notes) if part)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def _facts(outcome: Outcome | None) -> list[tuple[str, str]]:
    if outcome is None or outcome.score is None:
        return []
    facts = [(str(name), _fact(value)) for name, value in outcome.score.facts.items()]
    return [("reward", f"{outcome.score.reward:g}"), *facts]


def _fact(value: Any) -> str:
    """A fact for a person: what has names goes on lines of its own."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_fact(part)}" for name, part in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return "\n".join(_fact(part) for part in value) or "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _total(steps: tuple[Step, ...]) -> str:
    spent = sum(s.timings.see_ms + s.timings.think_ms + s.timings.act_ms + s.timings.verify_ms for s in steps)
    return f"{spent / 1000:.1f} s"


def _when(started: str) -> str:
    try:
        return datetime.fromisoformat(started).strftime("%d %B %Y, %H:%M %Z").lstrip("0")
    except ValueError:
        return started


def _images(steps: tuple[Step, ...], store: ImageStore) -> dict[str, str]:
    """Digest -> data URI, each image once."""
    refs: dict[str, ImageRef] = {}
    for step in steps:
        for ref in (step.before, step.after):
            if ref is not None:
                refs[ref.digest] = ref
    found = {}
    for digest, ref in refs.items():
        try:
            found[digest] = data_uri(store.get(ref))
        except ImageError:
            continue
    return found


def data_uri(frame: Frame) -> str:
    """The frame as a WebP data URI: lossless for small screens."""
    buffer = io.BytesIO()
    small = frame.size.width * frame.size.height <= _LOSSLESS_UP_TO
    quality = {"lossless": True, "quality": 60, "method": 3} if small else {"quality": 86, "method": 3}
    Image.fromarray(frame.pixels).save(buffer, "WEBP", **quality)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
