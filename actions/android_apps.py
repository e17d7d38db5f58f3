"""Opening an app on an Android device by the name that people call it.

adb tells packages and not the names under their icons, so well-known names are kept here; any other is looked for in
the parts of the packages' own names, and a package's name may be given itself.
"""

import re
import shlex
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from actions.errors import ActionInvalid, ExecutionError

Run = Callable[[str], Awaitable[str]]
"""Runs a command line on the device and returns what it printed, complaints too; raises as `DeviceShell` does."""

LAUNCHER = "android.intent.category.LAUNCHER"

APPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "browser": ("com.android.chrome", "org.chromium.chrome", "com.android.browser"),
        "calculator": ("com.google.android.calculator", "com.android.calculator2"),
        "calendar": ("com.google.android.calendar", "com.android.calendar"),
        "camera": ("com.android.camera2", "com.google.android.GoogleCamera", "com.android.camera"),
        "chrome": ("com.android.chrome", "org.chromium.chrome"),
        "clock": ("com.google.android.deskclock", "com.android.deskclock"),
        "contacts": ("com.google.android.contacts", "com.android.contacts"),
        "drive": ("com.google.android.apps.docs",),
        "files": ("com.google.android.documentsui", "com.android.documentsui", "com.google.android.apps.nbu.files"),
        "firefox": ("org.mozilla.firefox",),
        "gallery": ("com.google.android.apps.photos", "com.android.gallery3d"),
        "gmail": ("com.google.android.gm",),
        "google": ("com.google.android.googlequicksearchbox",),
        "keep": ("com.google.android.keep",),
        "maps": ("com.google.android.apps.maps",),
        "messages": ("com.google.android.apps.messaging", "com.android.messaging"),
        "notes": ("com.google.android.keep",),
        "phone": ("com.google.android.dialer", "com.android.dialer"),
        "photos": ("com.google.android.apps.photos",),
        "play store": ("com.android.vending",),
        "settings": ("com.android.settings",),
        "telegram": ("org.telegram.messenger",),
        "vlc": ("org.videolan.vlc",),
        "wechat": ("com.tencent.mm",),
        "whatsapp": ("com.whatsapp",),
        "youtube": ("com.google.android.youtube",),
    }
)
"""Names in lower case to packages, the likeliest first: apps that come with phones, and those that most people have."""

_PACKAGE = re.compile(r"[A-Za-z][\w]*(\.[A-Za-z]\w*)+")
_COMMON = {"com", "org", "net", "android", "google", "apps", "app", "pro", "mobile", "lite"}
_WRONG = re.compile(r"^(Error|Exception)|Exception|No activities found", re.MULTILINE)


async def open_app(run: Run, app: str) -> None:
    """Bring an app to the front, started if it was not running.

    Raises ActionInvalid when the device has no app of this name, ExecutionError when it does not start.
    """
    package = find_package(app, await _packages(run))
    if not package:
        raise ActionInvalid(f'This phone has no app "{app[:60]}"; go to its home screen and tap its icon.')
    resolved = await run(f"cmd package resolve-activity --brief -c {LAUNCHER} {package}")
    component = resolved.strip().rsplit("\n", 1)[-1].strip()
    if component.startswith(f"{package}/"):
        printed = await run(f"am start -a android.intent.action.MAIN -c {LAUNCHER} -n {shlex.quote(component)}")
    else:  # Before Android 7, and for apps with more than one icon.
        printed = await run(f"monkey -p {package} -c {LAUNCHER} 1")
    if _WRONG.search(printed):
        raise ExecutionError(f"{package} does not start: {_complaint(printed)}")


def find_package(app: str, packages: set[str]) -> str:
    """The package of an app's name among those that are installed; empty when none fits."""
    plain = " ".join(app.lower().replace("_", " ").split())
    if _PACKAGE.fullmatch(app.strip()) and app.strip() in packages:
        return app.strip()
    known = plain if plain in APPS else plain.removesuffix(" app")
    for package in APPS.get(known, ()):
        if package in packages:
            return package
    squeezed = re.sub(r"[\W_]", "", known)
    if not squeezed:
        return ""
    exact = [name for name in sorted(packages) if squeezed in _parts(name)]
    words = [word for word in re.findall(r"\w+", known) if word not in _COMMON]
    close = [
        name for name in sorted(packages) if words and all(any(word in part for part in _parts(name)) for word in words)
    ]
    # Of many, the shortest: the app itself and not its plug-ins. One that is merely close must be the only one.
    return min(exact, key=len) if exact else close[0] if len(close) == 1 else ""


async def _packages(run: Run) -> set[str]:
    printed = await run("pm list packages")
    return {line.removeprefix("package:").strip() for line in printed.splitlines() if line.startswith("package:")}


def _parts(package: str) -> list[str]:
    return [part for part in package.lower().split(".") if part not in _COMMON]


def _complaint(printed: str) -> str:
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return next((line for line in lines if _WRONG.search(line)), lines[0] if lines else "it said nothing")[:200].rstrip(
        "."
    )
