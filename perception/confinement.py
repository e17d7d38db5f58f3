"""What a worker process gives up before it sees anything untrusted: memory, network, programs, files to write.

Memory by RLIMIT_AS; the rest by a seccomp filter (Linux, `seccomp(2)`): a call on the list below fails with EACCES, so
a document that takes a parser over can neither call out nor start or write anything. Without seccomp (another system,
a kernel that forbids it) the limits on memory still hold, and `confine` says what is missing.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from contextlib import suppress

_NUMBERS = {
    "x86_64": {
        "arch": 0xC000003E,
        "openat": 257,
        "open": 2,
        "denied": {
            "socket": 41, "connect": 42, "bind": 49, "execve": 59, "creat": 85, "ptrace": 101, "execveat": 322,
            "process_vm_readv": 310, "process_vm_writev": 311, "io_uring_setup": 425, "unlink": 87, "unlinkat": 263,
            "rename": 82, "renameat": 264, "renameat2": 316, "mkdir": 83, "mkdirat": 258, "truncate": 76,
            "openat2": 437, "symlink": 88, "symlinkat": 266, "link": 86, "linkat": 265, "pidfd_getfd": 438,
        },
    },
    "aarch64": {
        "arch": 0xC00000B7,
        "openat": 56,
        "open": None,
        "denied": {
            "socket": 198, "connect": 203, "bind": 200, "execve": 221, "ptrace": 117, "execveat": 281,
            "process_vm_readv": 270, "process_vm_writev": 271, "io_uring_setup": 425, "unlinkat": 35, "renameat": 38,
            "renameat2": 276, "mkdirat": 34, "truncate": 45, "openat2": 437, "symlinkat": 36, "linkat": 37,
            "pidfd_getfd": 438,
        },
    },
}  # fmt: skip
"""System calls by machine (kernel headers, `asm/unistd.h`)."""
_INTERNET = (2, 10)  # AF_INET, AF_INET6
_X32 = 0x40000000
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EACCES
_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER, _SET_PDEATHSIG = 38, 22, 2, 1


def confine(memory_bytes: int, *, cpu_seconds: int = 0, file_bytes: int = 0) -> str:
    """Give up what a worker does not need; returns what could not be given up, or nothing.

    memory_bytes: the most address space; cpu_seconds, file_bytes: the most time, and size of a file that is open for
    writing, where they are given. Open descriptors stay usable.
    """
    _limit(memory_bytes)
    for kind, most in ((resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_FSIZE, file_bytes)):
        if most:
            _lower(kind, most)
    return _filter(_worker_program())


def confine_offline(memory_bytes: int, *, data_bytes: int = 0) -> str:
    """For a foreign program that has to start others and write files: limits, and no internet.

    memory_bytes: the most address space, of which such programs reserve much; data_bytes: the most of it that may be
    written to, which is nearer to what they take, where it is given.
    """
    _limit(memory_bytes)
    if data_bytes:
        _lower(resource.RLIMIT_DATA, data_bytes)
    return _filter(_offline_program())


def _limit(memory_bytes: int) -> None:
    _lower(resource.RLIMIT_AS, memory_bytes)
    _lower(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _lower(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(kind, (wanted, wanted))


def _filter(program: bytes | None) -> str:
    """Install a filter program for this process and all that it starts."""
    if program is None:
        return f"no seccomp filter is known for {sys.platform} on {platform.machine()}"
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program, len(program))
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, described, 0, 0):
        return f"the kernel refuses a seccomp filter ({os.strerror(ctypes.get_errno())})"
    return ""


def _worker_program() -> bytes | None:
    """Refuse what is on the list, and opening files for anything but reading."""
    numbers = _machine()
    if numbers is None:
        return None
    lines = _beginning(numbers["arch"])
    for number in numbers["denied"].values():
        lines += [_line(_EQUAL, number, 0, 1), _line(_RETURN, _REFUSE)]
    for name, argument in (("openat", 2), ("open", 1)):
        if numbers[name] is not None:
            lines += _with_bits(numbers[name], argument, _WRITING)
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _offline_program() -> bytes | None:
    """Refuse sockets of the internet; local ones stay, since programs talk to their own children."""
    numbers = _machine()
    if numbers is None:
        return None
    lines = _beginning(numbers["arch"])
    lines += [_line(_EQUAL, numbers["denied"]["io_uring_setup"], 0, 1), _line(_RETURN, _REFUSE)]
    families = [_line(_LOAD, 16)]
    for family in _INTERNET:
        families += [_line(_EQUAL, family, 0, 1), _line(_RETURN, _REFUSE)]
    families.append(_line(_LOAD, 0))
    lines += [_line(_EQUAL, numbers["denied"]["socket"], 0, len(families)), *families]
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _machine() -> dict | None:
    return _NUMBERS.get(platform.machine()) if sys.platform == "linux" else None


def _beginning(arch: int) -> list[bytes]:
    """Another machine's calls (32 bit on 64) have other numbers: such a process is ended."""
    return [
        _line(_LOAD, 4), _line(_EQUAL, arch, 1, 0), _line(_RETURN, _KILL),
        _line(_LOAD, 0), _line(_ABOVE, _X32, 0, 1), _line(_RETURN, _REFUSE),
    ]  # fmt: skip


def _with_bits(number: int, argument: int, bits: int) -> list[bytes]:
    """Refuse the call where the low half of its argument has any of the bits."""
    test = [_line(_LOAD, 16 + 8 * argument), _line(_ANY_BIT, bits, 0, 1), _line(_RETURN, _REFUSE), _line(_LOAD, 0)]
    return [_line(_EQUAL, number, 0, len(test)), *test]


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
