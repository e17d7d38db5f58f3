"""Which hosts may be reached: the one place where patterns are read.

Two walls stand on it. Chromium's own resolver (`flags`): every other host, one in digits too, has no address, so it
holds for redirects, frames, workers, sockets and prefetches alike, but inside the very process that is to be held.
Playwright's routing would miss redirects and service workers, and would put a script in place of the page's WebSocket.
And a proxy outside (`sandboxes.egress`), the one way out of a network namespace, which asks `why_not` for the address
that it connects to.
"""

import ipaddress
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from sandboxes.errors import SandboxError

_PATTERN = re.compile(r"[a-z0-9*._:-]+")
_OF_DIGITS = re.compile(r"[0-9*.]*[0-9][0-9*.]*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNPROXIED = "--webrtc-ip-handling-policy=disable_non_proxied_udp"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Hosts:
    """Hosts by glob patterns (`*.example.org`, `127.0.0.1`), without ports; None allows all.

    Files have no host and are always allowed. A pattern of digits (`10.*`) is one of addresses and fits no name. Raises
    SandboxError for a pattern that no host can match.
    """

    def __init__(self, patterns: Sequence[str] | None) -> None:
        self.patterns = None if patterns is None else tuple(_checked(pattern) for pattern in patterns)

    def allows(self, url: str) -> bool:
        """Whether the host of an address may be reached."""
        if self.patterns is None:
            return True
        try:
            host = urlsplit(url).hostname
        except ValueError:
            return False
        return not host or self.allows_host(host)

    def allows_host(self, host: str) -> bool:
        """Whether a host, by its name or its address, may be asked for."""
        if self.patterns is None:
            return True
        host = host.lower()
        return any(fnmatchcase(host, pattern) and _may_fit(pattern, host) for pattern in self.patterns)

    def why_not(self, host: str, address: str) -> str:
        """Why a connection may not be made to the address that an allowed host resolved to, with the way out; empty
        when it may.

        A public name may lead to this machine, its network or a cloud's metadata today: those addresses are allowed by
        patterns of their own, or by the name `localhost`.
        """
        if self.patterns is None:
            return ""
        plain = _plain(ipaddress.ip_address(address))
        is_public = plain.is_global and not plain.is_multicast
        is_local = plain.is_loopback and (host == "localhost" or host.endswith(".localhost"))
        if is_public or is_local or self.allows_host(str(plain)):
            return ""
        return f"{host} leads to {plain}, which is no public address; add {plain} to the allowed hosts as well"

    @property
    def refusal(self) -> str:
        """Why a host is not reached, and the way out."""
        allowed = ", ".join(self.patterns or ()) or "none"
        return f"its host is not among the allowed ones ({allowed}); add it to browser.allowed_hosts"

    @property
    def flags(self) -> tuple[str, ...]:
        """What Chromium must be started with where its resolver is the wall. A proxy would look names up by itself, so
        none is used; and WebRTC may not send past the wall."""
        if self.patterns is None:
            return ()
        rules = ["MAP * ~NOTFOUND", *(f"EXCLUDE {pattern}" for pattern in self.patterns)]
        return f"--host-resolver-rules={', '.join(rules)}", "--no-proxy-server", _UNPROXIED


def flags_behind(proxy: str) -> tuple[str, ...]:
    """What Chromium must be started with where a proxy at this host and port (`127.0.0.1:3128`) is the one way out. It
    looks up nothing by itself, and asks the proxy for this machine's servers too."""
    return (
        f"--proxy-server=socks5://{proxy}",
        "--proxy-bypass-list=<-loopback>",
        f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {proxy.rpartition(':')[0]}",
        _UNPROXIED,
    )


def host_of(url: str) -> str:
    """The host of an address, which may be told; the rest of an address can hold secrets."""
    try:
        return urlsplit(url).hostname or "another place"
    except ValueError:
        return "another place"


def origin_of(url: str) -> str:
    """What a page's words come from, as a person and a model may be told: a host, an app, or "a file"."""
    try:
        parts = urlsplit(url)
        return "a file" if parts.scheme == "file" else parts.hostname or "the screen"
    except ValueError:
        return "the screen"


def _may_fit(pattern: str, host: str) -> bool:
    """`127.*` is a pattern of addresses; whoever owns a name can call it 127.example.org."""
    return not _OF_DIGITS.fullmatch(pattern) or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _plain(address: Address) -> Address:
    """The IPv4 address where an IPv6 one only carries it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _checked(pattern: str) -> str:
    plain = pattern.strip().lower().removeprefix("[").removesuffix("]")
    if not _PATTERN.fullmatch(plain) or plain.count(":") == 1:
        raise SandboxError(
            f'"{pattern}" matches no host: write names such as example.org or *.example.org, without scheme and port.'
        )
    return plain
