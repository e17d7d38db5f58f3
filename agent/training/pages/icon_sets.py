"""`python -m agent.training.pages.icon_sets --out build/icons.zip`: openly licensed icons as masks for drawn screens.

Packages are fetched by `npm pack` in the versions that `icon_names` pins, and are not installed: no script of theirs
runs, and Chromium shows their drawings as pictures, in which none would. A package whose licence field is not in
LICENCES is refused. Nothing of it goes into the repository: the archive is a build, and HANDEYE_ICONS names it where it
is wanted.
"""

import argparse
import asyncio
import base64
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image, ImageChops, ImageDraw, ImageStat

from agent.training.pages.icon_names import SETS, IconSet, files, stems
from agent.training.screens.icon_store import SIDE, write_icons
from perception.errors import HandEyeError

LICENCES = frozenset({"MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"})
ACROSS = 16
"""Drawings in a row and in a column of the page that is rendered at once."""
PATIENCE_MS = 180_000
"""For one of them: a busy machine took longer than the half minute that is usual."""
SAME_BELOW = 0.25
"""Two masks are one picture when they differ by less on average, of 255: a dot of 2 x 2 px makes as much."""
FOLDERS = frozenset({"icons", "dist", "svg", "build", "assets", "inline-namespaced-svg"})
"""Folders that say nothing about a drawing."""

Icons = dict[str, dict[str, Image.Image]]
"""Masks by name and by SET-FILE."""


@dataclass(slots=True)
class Package:
    """What is taken from one package."""

    about: dict[str, str]
    licence: str
    """The text, where the package carries one."""
    drawings: dict[str, dict[str, bytes]]
    """SVG by our name and by SET-FILE."""


def download(sets: Sequence[IconSet], folder: Path) -> list[Path]:
    """Each set's package, as npm hands it out. Raises OSError without npm, or when it fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm was not found; install Node.js, which brings it")
    wanted = [f"{s.package}@{s.version}" for s in sets]
    command = [npm, "pack", "--ignore-scripts", "--silent", "--pack-destination", str(folder), *wanted]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    if finished.returncode:
        lines = (finished.stderr or finished.stdout).strip().splitlines()
        raise OSError(f"npm pack failed: {lines[-1] if lines else finished.returncode}")
    return [folder / f"{s.package.removeprefix('@').replace('/', '-')}-{s.version}.tgz" for s in sets]


def read_package(icon_set: IconSet, path: Path, table: Mapping[str, Mapping[str, Sequence[str]]]) -> Package:
    """The drawings that `table` names. Raises ValueError for a licence that is not in LICENCES, or a stem not there."""
    wanted: dict[str, tuple[str, str]] = {}
    for name, sets in table.items():
        for stem in sets.get(icon_set.name, ()):
            wanted |= {f"package/{file}": (name, stem) for file in files(icon_set, stem)}
    found: dict[str, bytes] = {}
    with tarfile.open(path) as store:
        for member in store:
            if member.isfile() and (member.name in wanted or member.name in _PAPERS):
                content = store.extractfile(member)
                found[member.name] = content.read() if content else b""
    licence = json.loads(found["package/package.json"]).get("license")
    if licence not in LICENCES:
        raise ValueError(
            f"{icon_set.package} {icon_set.version} is licensed {licence!r}: only {sorted(LICENCES)} will do"
        )
    if missing := set(wanted.values()) - {wanted[file] for file in found.keys() & wanted.keys()}:
        raise ValueError(f"{icon_set.package} {icon_set.version} has no drawing for {sorted(missing)[0]}")
    drawings: dict[str, dict[str, bytes]] = {}
    for file, (name, _) in wanted.items():
        if file in found:
            drawings.setdefault(name, {})[_key(icon_set, file)] = found[file]
    text = next((found[paper].decode() for paper in _PAPERS[1:] if paper in found), "")
    about = {"package": icon_set.package, "version": icon_set.version, "licence": licence}
    return Package(about, text, drawings)


_PAPERS = ("package/package.json", "package/LICENSE", "package/LICENSE.md", "package/LICENSE.txt", "package/license")


def _key(icon_set: IconSet, file: str) -> str:
    parts = [part for part in PurePosixPath(file).with_suffix("").parts[1:] if part not in FOLDERS]
    return "-".join([icon_set.name, *parts])


async def rasterised(drawings: Sequence[bytes]) -> list[Image.Image]:
    """Each SVG as headless Chromium paints it: its view box on SIDE x SIDE px, mode L, 255 where there is ink."""
    from sandboxes.browser import BrowserEnvironment
    from sandboxes.task import Task

    environment, masks = BrowserEnvironment(), []
    try:
        with tempfile.NamedTemporaryFile(suffix=".html") as blank:
            await environment.reset(Task(id="icons", instruction="", url=Path(blank.name).as_uri()))
        tab = environment.page
        await tab.set_viewport_size({"width": ACROSS * SIDE, "height": ACROSS * SIDE})
        for start in range(0, len(drawings), ACROSS**2):
            shown = drawings[start : start + ACROSS**2]
            await tab.set_content(_page(shown), timeout=PATIENCE_MS)
            painted = await tab.screenshot(omit_background=True, timeout=PATIENCE_MS)
            sheet = Image.open(io.BytesIO(painted)).getchannel("A")
            masks += [sheet.crop((x, y, x + SIDE, y + SIDE)) for x, y in map(_place, range(len(shown)))]
    finally:
        await environment.close()
    return masks


def _place(index: int) -> tuple[int, int]:
    return index % ACROSS * SIDE, index // ACROSS * SIDE


def _page(drawings: Sequence[bytes]) -> str:
    pictures = []
    for index, drawing in enumerate(drawings):
        x, y = _place(index)
        source = f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}"
        pictures.append(f'<img style="left:{x}px;top:{y}px" src="{source}">')
    style = f"img{{position:absolute;width:{SIDE}px;height:{SIDE}px}}"
    return f"<!doctype html><style>{style}</style>{''.join(pictures)}"


def drawn(packages: Sequence[Package], names: Sequence[str]) -> Icons:
    """All packages' masks in the order of `names`, each picture once. Raises ValueError for a blank one."""
    places = [(name, *item) for name in names for p in packages for item in p.drawings.get(name, {}).items()]
    masks = asyncio.run(rasterised([drawing for _, _, drawing in places]))
    icons: Icons = {}
    for (name, key, _), mask in zip(places, masks, strict=True):
        if max(mask.tobytes()) < 128:
            raise ValueError(f"Chromium shows nothing for {key} ({name})")
        same = icons.setdefault(name, {})
        if not any(_is_same(mask, other) for other in same.values()):
            same[key] = mask
    return icons


def _is_same(mask: Image.Image, other: Image.Image) -> bool:
    """Whether two sets have one drawing: its edges differ a little by where on the page it stood."""
    return ImageStat.Stat(ImageChops.difference(mask, other)).mean[0] < SAME_BELOW


def contact_sheet(icons: Mapping[str, Mapping[str, Image.Image]], cell: int = 44, columns: int = 28) -> Image.Image:
    """All masks as black on white, by name."""
    rows = [(name, list(d.values())[i : i + columns]) for name, d in icons.items() for i in range(0, len(d), columns)]
    sheet = Image.new("L", (90 + columns * cell, len(rows) * cell), 255)
    draw = ImageDraw.Draw(sheet)
    for row, (name, masks) in enumerate(rows):
        draw.text((4, row * cell + cell // 3), name, fill=0)
        for column, mask in enumerate(masks):
            small = mask.resize((cell - 8, cell - 8), Image.Resampling.HAMMING)
            sheet.paste(0, (94 + column * cell, row * cell + 4), small)
    return sheet


def main() -> None:
    """Fetch, render and keep the icons."""
    parser = argparse.ArgumentParser(prog="python -m agent.training.pages.icon_sets", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/icons.zip"), help="write the archive to this zip file")
    parser.add_argument("--sheet", type=Path, help="show all of it on this PNG file")
    arguments = parser.parse_args()
    start, table = time.perf_counter(), stems()
    try:
        with tempfile.TemporaryDirectory() as folder:
            paths = download(SETS, Path(folder))
            packages = [read_package(s, path, table) for s, path in zip(SETS, paths, strict=True)]
        icons = drawn(packages, list(table))
    except (OSError, ValueError, HandEyeError) as error:
        raise SystemExit(f"icon_sets: {error}") from error
    sets = {s.name: package.about for s, package in zip(SETS, packages, strict=True)}
    texts = {s.name: package.licence for s, package in zip(SETS, packages, strict=True) if package.licence}
    number = write_icons(arguments.out, icons, sets, texts)
    for name, about in sets.items():
        count = sum(key.startswith(f"{name}-") for drawings in icons.values() for key in drawings)
        print(f"{count:5} from {about['package']} {about['version']} ({about['licence']})")
    size = arguments.out.stat().st_size / 1e6
    seconds = time.perf_counter() - start
    print(f"wrote {arguments.out}: {number} drawings of {len(icons)} names, {size:.1f} MB, {seconds:.0f} s")
    if arguments.sheet:
        arguments.sheet.parent.mkdir(parents=True, exist_ok=True)
        contact_sheet(icons).save(arguments.sheet)
        print(f"wrote {arguments.sheet}")


if __name__ == "__main__":
    main()
