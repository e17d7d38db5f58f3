"""`handeye mcp` with the real client: tools, documents, runs; nothing but the protocol on its standard output."""

import json
import subprocess
from pathlib import Path

import pytest
from mcp import Client

from agent.guard.question import Questions
from tests.agent.guard.test_question import ASKED
from tests.perception.document.papers import line, pdf_bytes
from tests.perception.extraction.invoices import SCHEMA, invoice
from tests.ui.mcp.assistant import asked, command, picture_of, refused, words_of
from tests.ui.sample_run import SIZE, record_run
from ui.cli import exits
from ui.cli.main import main

TOOLS = "run_task stop_run list_runs look_at_run open_questions list_documents read_document"


async def test_documents_are_read_and_only_those_that_may_be(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "old").mkdir(parents=True)
    content = line(60, 700, "Title", size=24) + line(60, 660, "Some words of text to read.")
    (folder / "old" / "a.pdf").write_bytes(pdf_bytes([content, line(60, 700, "The second page is here.")]))
    paper = invoice(folder)
    outside = invoice(tmp_path)
    (folder / "link.pdf").symlink_to(outside)
    async with Client(command(tmp_path, "--documents", str(folder))) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == TOOLS.split()
        assert "can't answer" in (client.instructions or "")
        assert set((await asked(client, "list_documents")).split()) == {"old/a.pdf", paper.name}
        assert (await asked(client, "read_document", path="old/a.pdf", pages="1")).startswith("# Title\n\nSome words")
        assert "<h1 data-page" in await asked(
            client, "read_document", path=str(folder / "old" / "a.pdf"), **{"as": "html"}
        )
        read = await client.call_tool("read_document", {"path": paper.name, "schema": SCHEMA})
        assert not read.is_error, words_of(read)
        assert read.structured_content["values"]["total"] == 65.45
        assert "check net + tax == total: holds" in words_of(read)
        for path in (f"../{outside.name}", str(outside), "link.pdf", "/etc/passwd", "old", "", "a\0b", "old/../../x"):
            assert "%PDF" not in await refused(client, "read_document", path=path)
        assert "schema" in await refused(client, "read_document", path=paper.name, schema={"type": "string"})
        assert "has pages 1 to 2" in await refused(client, "read_document", path="old/a.pdf", pages="7")


async def test_runs_are_looked_at_and_questions_told_but_not_answered(tmp_path: Path) -> None:
    params = command(tmp_path, replies=[])
    runs = tmp_path / "runs"
    record_run(runs / "20260102-sample")
    Questions(record_run(runs / "20260103-asking", outcome=None)).ask(ASKED)
    (runs / "linked").symlink_to(runs / "20260102-sample")
    async with Client(params) as client:
        listed = await asked(client, "list_runs")
        assert listed.index("20260103-asking: unfinished") < listed.index("20260102-sample: done")
        whole = await client.call_tool("look_at_run", {"run": "20260102-sample"})
        assert '2. Type "Ada"; type "Ada"; ok' in words_of(whole)
        frame = picture_of(whole)
        assert frame is not None
        assert frame.size == SIZE
        step = await client.call_tool("look_at_run", {"run": "20260102-sample", "step": 1})
        assert "left_click (170, 90)" in words_of(step)
        assert picture_of(step) is not None
        assert "no step 9" in await refused(client, "look_at_run", run="20260102-sample", step=9)
        for run in ("../runs/20260102-sample", str(runs / "20260102-sample"), "linked", "", ".", "*"):
            assert "there is no run" in await refused(client, "look_at_run", run=run)
        told = await asked(client, "open_questions")
        assert f"handeye answer {runs / '20260103-asking'} run-3 approve" in told
        assert "Only a person can answer" in told
        # Nothing that the client can call makes an answer.
        assert not any("answer" in name or "approve" in name for name in TOOLS.split())


async def test_what_can_not_be_done_is_a_sentence(tmp_path: Path) -> None:
    params = command(tmp_path, "--launch", "mousepad", replies=[])
    async with Client(params) as client:
        wrong: list[tuple[dict[str, object], str]] = [
            ({}, "task is missing"),
            ({"task": "  ", "url": "http://x"}, "task is empty"),
            ({"task": "x"}, "with http:// or https://"),
            ({"task": "x", "url": "file:///etc/passwd"}, "with http:// or https://"),
            ({"task": "x", "url": "http://x", "model": "other"}, "there is no argument model"),
            ({"task": "x", "url": "http://x", "max_steps": 0}, "max_steps: Input should be greater"),
            ({"task": "x", "on": "moon"}, "on: Input should be"),
            ({"task": "x", "on": "desktop", "url": "http://x"}, "name a desktop's program with launch"),
            ({"task": "x", "on": "desktop", "launch": "sh -c ls"}, "is not allowed; allowed: mousepad"),
            ({"task": "x", "url": "http://x", "launch": "mousepad"}, "launch is for desktops"),
        ]
        for arguments, says in wrong:
            assert says in await refused(client, "run_task", **arguments)
        assert "there is no tool fly; one of: run_task" in await refused(client, "fly")
        assert "is no run that goes on here" in await refused(client, "stop_run", run="x")
        assert "names folders with --documents" in await refused(client, "read_document", path="a.pdf")
        assert "there is no document to read" in await asked(client, "list_documents")
        assert "nothing is asked" in await asked(client, "open_questions")
        assert "there are no runs yet" in await asked(client, "list_runs")
    assert list((tmp_path / "runs").iterdir()) == []


def test_standard_output_carries_frames_alone_and_a_client_that_hangs_up_ends_it(tmp_path: Path) -> None:
    params = command(tmp_path, replies=[])
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
    begun = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    asks = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    sent = "".join(f"{part}\n" for part in (json.dumps(hello), json.dumps(begun), "no message", json.dumps(asks)))
    words = [params.command, *params.args]
    # The client hangs up only once it has its answers: a pipe that ends takes unanswered calls with it.
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=params.env
    ) as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        ran.stdin.write(sent.encode())
        ran.stdin.flush()
        answers = [json.loads(ran.stdout.readline()) for _ in range(2)]
        rest, _ = ran.communicate(timeout=60)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[0]["result"]["serverInfo"]["name"] == "handeye"
    assert len(answers[1]["result"]["tools"]) == len(TOOLS.split())
    assert rest == b""
    assert ran.returncode == exits.DONE


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--documents", "nowhere"], "there is no such folder"),
        (["--launch", "'open"], "No closing quotation"),
        (["--launch", " "], "name a program"),
        (["--guard", "nowhere.toml"], "nowhere.toml can't be read"),
    ],
)
def test_wrong_flags_are_one_line(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", *words]) == exits.USAGE
    printed = capsys.readouterr()
    assert says in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)
