"""The house's rules that no linter knows: what importing does, sizes, names, pins, the README's promises."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

PACKAGES = ("perception", "actions", "sandboxes", "agent", "ui")
HEAVY = ("torch", "playwright", "langgraph", "gradio", "transformers", "numpy", "httpx")
NOT_FOR_TRAINING = (
    "playwright",
    "langgraph",
    "gradio",
    "httpx",
    "llguidance",
    "rich",
    "transformers",
    "aiosqlite",
)
MOST_LINES = 400
NOT_NAMES = {"done", "obs", "manager", "service", "helper", "helpers", "utils"}
NOT_IN_CLASSES = re.compile(r"(Manager|Service|Helper|Utils)($|[A-Z])")

# Runs in a fresh interpreter, in an empty folder: imports the given modules and reports what stayed.
IMPORT_PROBE = """
import importlib, json, logging, os, sys, threading
environment, handlers = dict(os.environ), list(logging.getLogger().handlers)
for name in sys.argv[1:]:
    importlib.import_module(name)
changed = {k for k in os.environ.keys() | environment.keys() if os.environ.get(k) != environment.get(k)}
print(json.dumps({
    "modules": sorted({name.split(".")[0] for name in sys.modules}),
    "threads": [t.name for t in threading.enumerate() if t is not threading.main_thread()],
    "environment": sorted(changed),
    "handlers": [str(h) for h in logging.getLogger().handlers if h not in handlers],
    "files": sorted(os.listdir(".")),
}))
"""


def python_files(repository: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((repository / folder).rglob("*.py"))


def module_name(repository: Path, file: Path) -> str:
    parts = file.relative_to(repository).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_names(repository: Path, *folders: str) -> list[str]:
    """All modules but the commands, which are there to be run."""
    files = [file for file in python_files(repository, *folders) if file.name != "__main__.py"]
    return [module_name(repository, file) for file in files]


def import_fresh(repository: Path, folder: Path, modules: list[str]) -> dict[str, list[str]]:
    """Import `modules` in a new interpreter; returns what the import left behind."""
    probe = f"import sys; sys.path.insert(0, {str(repository)!r})\n" + IMPORT_PROBE
    command = [sys.executable, "-c", probe, *modules]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=400, check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("\n") == 1, f"importing printed: {finished.stdout}"
    return json.loads(finished.stdout)


def test_importing_does_nothing(repository: Path, tmp_path: Path) -> None:
    left = import_fresh(repository, tmp_path, module_names(repository, *PACKAGES))
    assert left["threads"] == []
    assert left["handlers"] == []
    assert left["files"] == []
    assert [name for name in left["environment"] if name.startswith("HANDEYE_")] == []


def test_packages_import_without_their_heavy_parts(repository: Path, tmp_path: Path) -> None:
    left = import_fresh(repository, tmp_path, list(PACKAGES))
    assert set(left["modules"]).isdisjoint(HEAVY)


def test_training_imports_on_a_bare_gpu_box(repository: Path, tmp_path: Path) -> None:
    left = import_fresh(repository, tmp_path, module_names(repository, "agent/training"))
    assert set(left["modules"]).isdisjoint(NOT_FOR_TRAINING)


def test_files_are_short(repository: Path) -> None:
    files = python_files(repository, *PACKAGES, "tests")
    sizes = {file: len(file.read_text().splitlines()) for file in files}
    assert {str(file.relative_to(repository)): n for file, n in sizes.items() if n > MOST_LINES} == {}


def test_packages_say_what_they_are(repository: Path) -> None:
    silent = []
    for file in python_files(repository, *PACKAGES):
        if not ast.get_docstring(ast.parse(file.read_text())):
            silent.append(str(file.relative_to(repository)))
    assert silent == []


def test_every_folder_of_modules_is_a_package(repository: Path) -> None:
    folders = {file.parent for file in python_files(repository, *PACKAGES)}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def own_names(tree: ast.Module) -> Iterator[str]:
    """The names that a file itself gives: classes, functions, arguments, variables, attributes of self."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


def test_words_that_the_house_does_not_use(repository: Path) -> None:
    found = []
    for file in python_files(repository, *PACKAGES):
        names = {file.stem, *own_names(ast.parse(file.read_text()))}
        found += [f"{file.relative_to(repository)}: {name}" for name in names if is_unwanted(name)]
    assert found == []


def is_unwanted(name: str) -> bool:
    """True for the words of `NOT_NAMES`, alone or as a class's ending."""
    return name.strip("_") in NOT_NAMES or bool(NOT_IN_CLASSES.search(name))


@pytest.mark.parametrize("name", ["obs", "_done", "TaskManager", "ImageServiceError"])
def test_unwanted_words_are_seen(name: str) -> None:
    assert is_unwanted(name)


@pytest.mark.parametrize("name", ["observation", "is_over", "Servicer", "tool_call", "abandoned"])
def test_wanted_words_pass(name: str) -> None:
    assert not is_unwanted(name)


def text_files(repository: Path) -> Iterator[Path]:
    yield from python_files(repository, *PACKAGES)
    yield from repository.glob("*.md")
    yield from (repository / "docs").rglob("*.md")


def test_no_emojis(repository: Path) -> None:
    emoji = re.compile("[\U0001f300-\U0001faff\u2705\u274c\u2b50\u26a0]")
    found = [file for file in text_files(repository) if emoji.search(file.read_text())]
    assert found == []


def project(repository: Path) -> dict:
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(repository: Path) -> dict[str, str]:
    lines = (repository / "constraints.txt").read_text().splitlines()
    named = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(parts) == 2 for parts in named), "constraints.txt holds more than NAME==VERSION"
    return {canonical(name): version for name, version in named}


def test_every_dependency_is_pinned(repository: Path) -> None:
    described = project(repository)
    extras = described["optional-dependencies"]
    asked = [*described["dependencies"], *extras["dev"], *extras["miniwob"]]
    names = {canonical(re.split(r"[\[<>=~! ]", line)[0]) for line in asked}
    assert names - pins(repository).keys() == set()


def imported(file: Path) -> Iterator[str]:
    """The top-level names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_what_is_imported_is_declared(repository: Path) -> None:
    described = project(repository)
    lines = [*described["dependencies"], *chain.from_iterable(described["optional-dependencies"].values())]
    declared = {canonical(re.split(r"[\[<>=~! ]", line)[0]) for line in lines}
    names = set(chain.from_iterable(map(imported, python_files(repository, *PACKAGES))))
    owners = packages_distributions()
    foreign = names - set(sys.stdlib_module_names) - set(PACKAGES)
    undeclared = {name for name in foreign if declared.isdisjoint(map(canonical, owners.get(name, [name])))}
    # These are parts of langgraph, pydantic and gradio, and come with them.
    assert undeclared - {"langchain_core", "pydantic_core", "fastapi", "starlette", "uvicorn"} == set()


def test_torch_is_pinned_once_and_accepts_every_build(repository: Path) -> None:
    tested = pins(repository)["torch"]
    assert "+" not in tested
    assert f'TORCH="torch=={tested}"' in (repository / ".ci/setup").read_text()
    assert [name for name in pins(repository) if name.startswith(("nvidia", "cuda", "triton"))] == []


def test_readme_is_short_and_names_real_targets(repository: Path) -> None:
    readme = (repository / "README.md").read_text()
    assert len(readme.splitlines()) < 150
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", readme, re.MULTILINE)) <= targets


def test_documents_link_to_files_that_exist(repository: Path) -> None:
    broken = []
    for file in [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text()):
            if not (file.parent / target).exists():
                broken.append(f"{file.relative_to(repository)}: {target}")
    assert broken == []


def test_the_checks_start_with_what_the_readme_says(repository: Path) -> None:
    assert "`make test`" in (repository / "README.md").read_text()
    assert "test" in lanes(repository)


def test_every_lane_is_among_the_checks(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text()
    targets = {lane.split()[0] for lane in lanes(repository)}
    assert targets == set(re.findall(r"^(test[a-z-]*):", makefile, re.MULTILINE))


def test_the_parts_of_the_slow_lane_are_the_whole_of_it(repository: Path) -> None:
    parts = [lane.split()[1:] for lane in lanes(repository) if lane.split()[0] == "test-slow"]
    (rest,) = [part for part in parts if "tests" in part]
    left_to_others = {word.removeprefix("--ignore=") for word in rest[1:]}
    assert left_to_others == {folder for part in parts if part is not rest for folder in part}
    assert all((repository / folder).is_dir() for folder in left_to_others)


def lanes(repository: Path) -> list[str]:
    """The lines of .ci/run's list: a make target, and words for pytest."""
    listed = re.search(r'^readonly LANES="\\\n(.+?)"$', (repository / ".ci/run").read_text(), re.MULTILINE | re.DOTALL)
    assert listed, ".ci/run has no list of lanes"
    return listed[1].splitlines()
