"""Files that are replaced whole: whoever reads one sees the old content or the new, never a half."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def replace_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write beside the file, sync, rename, and sync the folder, so that it lasts.

    The file gets the rights that any new file gets here, or is for its owner alone when it is `private`. Raises OSError
    when it can't be written; the file is then as it was, and nothing is left beside it.
    """
    unfinished: Path | None = None
    try:
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            unfinished = Path(file.name)
            file.write(content)
            file.flush()
            if not private:  # temporary files are for their owner alone
                os.fchmod(file.fileno(), 0o666 & ~_mask())
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        _sync_folder(path.parent)
    except OSError as error:
        error.filename = str(path)  # the name that somebody knows, not that of the unfinished file
        raise
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def create_file(path: Path, content: bytes) -> bool:
    """Write a file that is there whole or not at all; False, and nothing is changed, where there is one already.

    Of many writers one wins. Raises OSError when it can't be written.
    """
    unfinished: Path | None = None
    try:
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            unfinished = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
        _sync_folder(path.parent)
    except FileExistsError:
        return False
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return True


def _mask() -> int:
    """The rights that this process takes from new files; it can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make a rename last: the new name is in the folder, and the folder is what must reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
