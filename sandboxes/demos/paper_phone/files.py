"""The phone's files: a small tree in memory. The computer's own files are never touched."""

import fnmatch
import posixpath
from dataclasses import dataclass

MOST_BYTES = 64 * 1024 * 1024
"""The size of the phone's storage."""

FOLDERS = ("/sdcard/Download", "/sdcard/DCIM", "/sdcard/Documents", "/data/local/tmp", "/system/bin")

_ALIASES = ("/storage/emulated/0", "/mnt/sdcard", "/storage/self/primary")
"""Other names of /sdcard."""


class FileProblem(Exception):
    """Why a file can't be had, in the shell's words ("No such file or directory")."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, or a folder where `data` is None."""

    name: str
    data: bytes | None
    mode: int = 0o660

    @property
    def is_folder(self) -> bool:
        """Whether it holds other entries."""
        return self.data is None


class Files:
    """Absolute paths to bytes; folders exist by themselves."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, int]] = {}
        self._folders: set[str] = {"/"}
        for folder in FOLDERS:
            self.make_folder(folder, parents=True)

    @staticmethod
    def path(name: str) -> str:
        """The one true path of a name; relative names begin at the root, where the shell stands."""
        path = posixpath.normpath(posixpath.join("/", name))
        path = "/" + path.lstrip("/")
        for alias in _ALIASES:
            if path == alias or path.startswith(alias + "/"):
                return "/sdcard" + path[len(alias) :]
        return path

    def find(self, name: str) -> Entry | None:
        """The file or folder of this name, or None."""
        path = self.path(name)
        if path in self._files:
            data, mode = self._files[path]
            return Entry(path, data, mode)
        return Entry(path, None, 0o771) if path in self._folders else None

    def read(self, name: str) -> bytes:
        """What a file holds. Raises FileProblem."""
        entry = self.find(name)
        if entry is None:
            raise FileProblem("No such file or directory")
        if entry.data is None:
            raise FileProblem("Is a directory")
        return entry.data

    def write(self, name: str, data: bytes, mode: int = 0o660, *, parents: bool = False) -> None:
        """Make a file, or replace it. Raises FileProblem for a folder, a missing folder, or a full phone."""
        path = self.path(name)
        if path in self._folders:
            raise FileProblem("Is a directory")
        if parents:
            self.make_folder(posixpath.dirname(path), parents=True)
        if posixpath.dirname(path) not in self._folders:
            raise FileProblem("No such file or directory")
        used = sum(len(held) for other, (held, _) in self._files.items() if other != path)
        if used + len(data) > MOST_BYTES:
            raise FileProblem("No space left on device")
        self._files[path] = (bytes(data), mode)

    def make_folder(self, name: str, *, parents: bool = False) -> None:
        """Make a folder. Raises FileProblem where something is there already or there is no folder to make it in."""
        path = self.path(name)
        parent = posixpath.dirname(path)
        if path in self._files or (path in self._folders and not parents):
            raise FileProblem("File exists")
        if parent not in self._folders:
            if not parents:
                raise FileProblem("No such file or directory")
            self.make_folder(parent, parents=True)
        self._folders.add(path)

    def remove(self, name: str, *, folders: bool = False) -> None:
        """Remove a file, or with `folders` all that a folder holds. Raises FileProblem."""
        path = self.path(name)
        entry = self.find(path)
        if entry is None:
            raise FileProblem("No such file or directory")
        if entry.is_folder and not folders:
            raise FileProblem("Is a directory")
        inside = path.rstrip("/") + "/"
        self._files = {p: held for p, held in self._files.items() if p != path and not p.startswith(inside)}
        self._folders = {p for p in self._folders if p == "/" or (p != path and not p.startswith(inside))}

    def entries(self, name: str) -> list[Entry]:
        """What a folder holds, by name. Raises FileProblem."""
        path = self.path(name)
        if path not in self._folders:
            raise FileProblem("Not a directory" if path in self._files else "No such file or directory")
        inside = [p for p in (*self._files, *self._folders) if p != "/" and posixpath.dirname(p) == path]
        found = [entry for p in sorted(inside) if (entry := self.find(p))]
        return [Entry(posixpath.basename(entry.name), entry.data, entry.mode) for entry in found]

    def matching(self, pattern: str) -> list[str]:
        """The paths that a pattern with `*` and `?` means, sorted; neither crosses a slash."""
        wanted = self.path(pattern)
        return sorted(
            path
            for path in (*self._files, *self._folders)
            if path.count("/") == wanted.count("/") and fnmatch.fnmatchcase(path, wanted)
        )
