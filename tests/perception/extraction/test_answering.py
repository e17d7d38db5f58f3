"""Questions about documents: passages without a model, answers with quotes that are looked for, nothing read twice."""

from __future__ import annotations

import json
from pathlib import Path

from perception.clients.scripted import ScriptedClient
from perception.document.cache import PageCache
from perception.document.document import Document
from perception.extraction.answering import Library
from tests.perception.document.papers import line, pdf_bytes

PAGES = [
    line(60, 700, "The notice period is three months to the end of a quarter."),
    line(60, 700, "Vacation amounts to thirty days a year."),
    line(60, 700, "This agreement is governed by the law of Norway."),
]


def contract(folder: Path) -> Path:
    path = folder / "contract.pdf"
    path.write_bytes(pdf_bytes(PAGES))
    return path


def test_without_a_model_there_are_passages_and_no_answer(tmp_path: Path) -> None:
    with Document(contract(tmp_path)) as document:
        answer = Library([document], None).passages("How many days of vacation are there?")
    assert (answer.kind, answer.text, answer.answered_by) == ("passages", "", "")
    best = answer.citations[0]
    assert (best.document, best.page, best.quote) == ("contract.pdf", 2, "Vacation amounts to thirty days a year.")
    assert best.box is not None
    assert 59 < best.box.left < 61


def test_what_no_page_speaks_of(tmp_path: Path) -> None:
    with Document(contract(tmp_path)) as document:
        assert Library([document], None).passages("xylophone").kind == "nothing"


async def test_an_answer_comes_with_the_place_of_its_quote(tmp_path: Path) -> None:
    reply = {"found": True, "answer": "Three months.", "citations": [{"page": 1, "quote": "three months to the end"}]}
    client = ScriptedClient([json.dumps(reply)], name="strong")
    with Document(contract(tmp_path)) as document:
        answer = await Library([document], None).answer("What is the notice period?", client)
    assert (answer.kind, answer.text, answer.answered_by) == ("answer", "Three months.", "strong")
    (cited,) = answer.citations
    assert (cited.page, cited.quote, cited.source) == (1, "three months to the end", "text")
    assert cited.box is not None
    assert answer.notes == ()


async def test_an_answer_whose_quotes_are_not_there_says_so(tmp_path: Path) -> None:
    reply = {"found": True, "answer": "Ten years.", "citations": [{"page": 1, "quote": "ten years"}]}
    with Document(contract(tmp_path)) as document:
        answer = await Library([document], None).answer("notice period", ScriptedClient([json.dumps(reply)]))
    assert answer.citations[0].box is None
    assert "don't trust" in answer.notes[0]


async def test_a_model_that_finds_nothing_is_believed(tmp_path: Path) -> None:
    reply = {"found": False, "answer": "", "citations": []}
    with Document(contract(tmp_path)) as document:
        answer = await Library([document], None).answer("notice period", ScriptedClient([json.dumps(reply)]))
    assert (answer.kind, answer.text) == ("nothing", "")


async def test_the_pages_shown_fit_into_the_budget(tmp_path: Path) -> None:
    reply = json.dumps({"found": False, "answer": "", "citations": []})
    client = ScriptedClient([reply, reply])
    with Document(contract(tmp_path)) as document:
        library = Library([document], None)
        wide = await library.answer("notice vacation agreement", client, max_tokens=16_000)
        tight = await library.answer("notice vacation agreement", client, max_tokens=1500)
    assert len(wide.pages_shown) == 3
    assert "144 dpi" in wide.pages_shown[0]
    assert "85 dpi" in tight.pages_shown[0]
    assert len(tight.pages_shown) < 3


async def test_a_second_question_renders_nothing(tmp_path: Path) -> None:
    path, cache = contract(tmp_path), PageCache(tmp_path / "cache")
    reply = json.dumps({"found": False, "answer": "", "citations": []})
    with Document(path, cache=cache) as document:
        await Library([document], None).answer("notice vacation agreement", ScriptedClient([reply]))
    misses = cache.num_misses
    with Document(path, cache=cache) as document:
        await Library([document], None).answer("notice vacation agreement", ScriptedClient([reply]))
    assert cache.num_misses == misses
