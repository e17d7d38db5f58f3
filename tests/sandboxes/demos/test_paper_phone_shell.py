"""The paper phone's shell and files, which need neither adb nor Chromium."""

import pytest

from sandboxes.demos.paper_phone.command import Device
from sandboxes.demos.paper_phone.files import FileProblem, Files
from sandboxes.demos.paper_phone.lexer import ShellSyntax, Sign, Word, lex
from sandboxes.demos.paper_phone.screen import Screen
from sandboxes.demos.paper_phone.shell import Shell, run_whole
from sandboxes.demos.paper_phone.world import world


@pytest.fixture
def device() -> Device:
    return Device(Screen())


def words(line: str) -> list[str]:
    return [token.text(lambda name: f"<{name}>") if isinstance(token, Word) else token.text for token in lex(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("input tap  1 2", ["input", "tap", "1", "2"]),
        ("echo 'a;b' \"c d\" e\\ f ''", ["echo", "a;b", "c d", "e f", ""]),
        ("a&&b||c;d|e&f", ["a", "&&", "b", "||", "c", ";", "d", "|", "e", "&", "f"]),
        ("a>b 2>c 2>&1 >>d x2>e", ["a", ">", "b", "2>", "c", "2>&1", ">>", "d", "x2", ">", "e"]),
        ("echo $? ${HOME} '$X' \"$Y \\$Z\"", ["echo", "<?>", "<HOME>", "$X", "<Y> $Z"]),
        ("echo 'it'\\''s' # not this", ["echo", "it's"]),
        ("one # two\nthree", ["one", "\n", "three"]),
        ("a$ %s {b}", ["a$", "%s", "{b}"]),
    ],
)
def test_lines_are_taken_apart(line, expected):
    assert words(line) == expected


@pytest.mark.parametrize("line", ["echo 'open", 'echo "open', "echo $(id)", "(echo)", "echo `id`", 'echo "$(id)"'])
def test_what_the_shell_does_not_speak_is_a_syntax_error(line):
    with pytest.raises(ShellSyntax):
        list(lex(line))
    assert isinstance(next(lex("; x")), Sign)


@pytest.mark.parametrize(
    ("line", "printed", "status"),
    [
        ("echo hello", "hello\n", 0),
        ("foo", "/system/bin/sh: foo: inaccessible or not found\n", 127),
        ("false; echo $?", "1\n", 0),
        ("true && echo a || echo b", "a\n", 0),
        ("false && echo a || echo b", "b\n", 0),
        ("false && echo a", "", 1),
        ("echo one > /sdcard/f; echo two >> /sdcard/f; cat /sdcard/f", "one\ntwo\n", 0),
        ("echo gone > /dev/null", "", 0),
        ("cat < /sdcard/none", "/system/bin/sh: can't open /sdcard/none: No such file or directory\n", 1),
        ("echo x > /no/folder", "/system/bin/sh: can't create /no/folder: No such file or directory\n", 1),
        ("foo 2>/dev/null; echo $?", "127\n", 0),
        ("if [ -d /sdcard ]; then echo yes; else echo no; fi", "yes\n", 0),
        ("if [ ! -d /sdcard ]; then echo yes; else echo no; fi", "no\n", 0),
        ("if [ -f /sdcard ]\nthen\n echo yes\nelse\n echo no\nfi\necho end", "no\nend\n", 0),
        ("if true; then if false; then echo a; else echo b; fi; else echo c; fi", "b\n", 0),
        ("if false; then if true; then echo a; else echo b; fi; else echo c; fi", "c\n", 0),
        ("if true; then echo a && false || echo b; fi", "a\nb\n", 0),
        ("echo 'if' then; 'if' 2>/dev/null || echo quoted", "if then\nquoted\n", 0),
        ("if true; then echo a", "a\n/system/bin/sh: syntax error: no closing fi\n", 1),
        ("echo a; fi", "a\n/system/bin/sh: syntax error: unexpected 'fi'\n", 1),
        ("test a = a && test a != b && [ -n x ] && [ -z '' ] && echo so", "so\n", 0),
        ("[ -e /sdcard/none ]", "", 1),
        ("[ 1 -lt 2 ]", "test: this phone knows -e, -f, -d, -n, -z, = and !=\n", 2),
        ("date 1015153423.00", "date: cannot set date: Operation not permitted\n", 1),
        ("service list", "Usage: service call SERVICE CODE [i32 N | s16 STR] ...\n", 10),
        ("foo 2>&1 | grep -c inaccessible", "1\n", 0),
        ("echo -e 'a\\nb\\nc' | grep -v b | head -n 1", "a\n", 0),
        ("echo -n a; echo b", "ab\n", 0),
        ("cat /sdcard/none", "cat: /sdcard/none: No such file or directory\n", 1),
        ("mkdir /sdcard/new && echo x > /sdcard/new/a.xml && ls /sdcard/new", "a.xml\n", 0),
        ("touch /sdcard/a.txt /sdcard/b.txt; ls -d /sdcard/*.txt", "/sdcard/a.txt\n/sdcard/b.txt\n", 0),
        ("touch /sdcard/a; rm /sdcard/a; ls /sdcard/a", "ls: /sdcard/a: No such file or directory\n", 1),
        ("rm /sdcard", "rm: /sdcard: Is a directory\n", 1),
        ("rm -f /sdcard/none", "", 0),
        ("echo x > /sdcard/a; mv /sdcard/a /sdcard/Download; cat /sdcard/Download/a", "x\n", 0),
        ("echo a b c | wc -w", "3\n", 0),
        ("id | head -1", "uid=2000(shell) gid=2000(shell) groups=2000(shell) context=u:r:shell:s0\n", 0),
        ("/system/bin/echo x", "x\n", 0),
        ("sleep x", "sleep: bad arguments: could not convert string to float: 'x'\n", 255),
        ("grep", "grep: bad arguments: not enough values to unpack (expected at least 1, got 0)\n", 255),
        ("&& a", "/system/bin/sh: syntax error: unexpected '&&'\n", 1),
        ("a &&", "/system/bin/sh: syntax error: unexpected end after '&&'\n", 1),
        ("echo x >", "/system/bin/sh: syntax error: '>' wants a file\n", 1),
        ("", "", 0),
        ("cat /storage/emulated/0/../0/none", "cat: /storage/emulated/0/../0/none: No such file or directory\n", 1),
    ],
)
async def test_lines_run(device, line, printed, status):
    assert await run_whole(device, line) == (status, printed.encode())


async def test_the_computers_own_files_are_never_reached(device, tmp_path):
    here = tmp_path / "here"
    status, _ = await run_whole(device, f"echo x > {here}")
    assert status == 1
    assert not here.exists()
    assert await run_whole(device, "cat /etc/passwd ../../../etc/passwd") == (
        1,
        b"cat: /etc/passwd: No such file or directory\ncat: ../../../etc/passwd: No such file or directory\n",
    )


async def test_a_shell_prints_as_it_goes(device):
    printed = []

    async def write(which: int, data: bytes) -> None:
        printed.append((which, data))

    await Shell(device).run("echo a; foo; echo b", write)
    assert [which for which, _ in printed] == [1, 2, 1]


def test_files_have_folders_sizes_and_an_end():
    files = Files()
    files.write("/sdcard/Download/a", b"abc", 0o600)
    found = files.find("/storage/emulated/0/Download/a")
    assert found is not None
    assert (found.data, found.mode, found.is_folder) == (b"abc", 0o600, False)
    assert [entry.name for entry in files.entries("/sdcard")] == ["DCIM", "Documents", "Download"]
    files.remove("/sdcard/Download", folders=True)
    assert files.find("/sdcard/Download/a") is None
    with pytest.raises(FileProblem, match="No space left"):
        files.write("/sdcard/big", bytes(65 * 1024 * 1024))
    with pytest.raises(FileProblem, match="Is a directory"):
        files.write("/sdcard", b"")
    with pytest.raises(FileProblem, match="File exists"):
        files.make_folder("/sdcard")


def test_a_seed_is_a_world():
    assert world(3) == world(3)
    assert len({world(seed).model_dump_json() for seed in range(50)}) == 50
    assert world().clock == "2026-03-14 09:41:00"
