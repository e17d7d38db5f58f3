"""Apps: `pm`, `am`, `monkey`, and `cmd` that leads to these and others."""

import base64
import binascii
from collections.abc import Mapping
from typing import NamedTuple

from sandboxes.demos.paper_phone.command import Answer, Call, Command, Device, failed, option, said
from sandboxes.demos.paper_phone.commands import device as about
from sandboxes.demos.paper_phone.commands import settings, touch
from sandboxes.demos.paper_phone.world import ADB_KEYBOARD, world

LAUNCHER = "com.android.launcher3"
RESET = "org.paperphone.RESET"
"""The broadcast that begins anew: `am broadcast -a org.paperphone.RESET --ei seed 7`."""

_OWNS = {
    "com.android.contacts": "contacts",
    "com.android.providers.contacts": "contacts",
    "org.paperphone.notes": "notes",
    "com.android.deskclock": "alarms",
}
"""What `pm clear` empties."""

_NEVER = ("com.android.providers.contacts", "com.android.inputmethod.latin")
"""Packages without a screen."""


class Target(NamedTuple):
    """What an intent leads to."""

    package: str
    activity: str
    screen: str | None


async def installed(device: Device) -> dict[str, dict]:
    """Package to what the page tells of it: label, activity, activities by screen, screens by intent."""
    packages = await device.screen.ask("packages")
    return {**packages, **({ADB_KEYBOARD.split("/")[0]: {}} if device.has_adb_keyboard else {})}


async def _pm(call: Call) -> Answer:
    words = settings.without_user(call.words)
    names = sorted([*await installed(call.device), *_NEVER])
    match words:
        case ["list", "packages", *rest]:
            wanted = next((word for word in rest if not word.startswith("-")), "")
            shown = [
                name for name in names if wanted in name and ("-3" not in rest or not name.startswith("com.android"))
            ]
            files = "-f" in rest
            return said("".join(f"package:{_apk(name)}={name}\n" if files else f"package:{name}\n" for name in shown))
        case ["path", name]:
            return said(f"package:{_apk(name)}") if name in names else Answer(status=1)
        case ["clear", name]:
            if name not in names:
                return said("Failed", 1)
            if name in _OWNS:
                await call.device.screen.ask("replace", _OWNS[name], [])
            await call.device.screen.ask("stop", name)
            return said("Success")
        case ["grant" | "revoke", *_]:
            return Answer()
        case ["resolve-activity", *rest]:
            return await _resolve(call.device, rest)
        case ["query-activities", *_]:
            lines = [f"{name}/{one['activity']}\n" for name, one in (await installed(call.device)).items() if one]
            return said("".join(line for line in lines if not line.startswith(LAUNCHER)))
        case _:
            return failed(f"Unknown command: {' '.join(words)}", 255)


def _apk(name: str) -> str:
    return f"/system/app/{name.rsplit('.', 1)[-1].title()}/base.apk"


async def _resolve(device: Device, words: list[str]) -> Answer:
    target = await find(device, [word for word in words if word != "--brief"])
    if target is None:
        return said("No activity found")
    head = "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true"
    return said(f"{head}\n{target.package}/{target.activity}")


async def find(device: Device, words: list[str]) -> Target | None:
    """What the words of an intent (-n, -a, -c, -p, or a package alone) lead to; None where nothing answers it."""
    packages = await installed(device)
    action, category = option(words, "-a"), option(words, "-c")
    if component := option(words, "-n"):
        package, _, activity = component.partition("/")
        return _component(package, activity, packages.get(package))
    if category == "android.intent.category.HOME":
        return Target(LAUNCHER, packages[LAUNCHER]["activity"], None)
    for package, one in packages.items():
        if action and action in one.get("intents", {}):
            screen = one["intents"][action]
            return Target(package, one["activities"].get(screen, one["activity"]), screen)
    values = {option(words, flag) for flag in ("-a", "-c", "-d", "-f", "-t")}
    alone = next((w for w in words if w in packages and w not in values), "")
    package = option(words, "-p") or alone
    one = packages.get(package)
    return Target(package, one["activity"], None) if one else None


def _component(package: str, activity: str, one: dict | None) -> Target | None:
    if not one:
        return None
    short = activity.removeprefix(package) if activity.startswith(package + ".") else activity
    screens = {name: screen for screen, name in one["activities"].items()}
    if short == one["activity"]:
        return Target(package, short, None)
    return Target(package, short, screens[short]) if short in screens else None


async def _am(call: Call) -> Answer:
    verb, *rest = settings.without_user(call.words)
    if verb in ("start", "start-activity"):
        return await _start(call.device, rest)
    if verb in ("force-stop", "kill"):
        await call.device.screen.ask("stop", rest[0])
        return Answer()
    if verb == "broadcast":
        return await _broadcast(call.device, rest)
    if verb in ("stack", "task") and rest[:1] == ["list"]:
        return said(await _stack(call.device))
    if verb in ("stack", "task") and rest[:1] == ["remove"]:
        return Answer()  # it has one task, which stays
    if verb == "get-current-user":
        return said("0")
    return failed(f"Unknown command: {verb}", 255)


async def _start(device: Device, words: list[str]) -> Answer:
    target = await find(device, words)
    told = " ".join(
        f"{name}={value}"
        for name, value in (("act", option(words, "-a")), ("dat", option(words, "-d")), ("cmp", option(words, "-n")))
        if value
    )
    begun = f"Starting: Intent {{ {told or words[-1]} }}"
    if target is None:
        if component := option(words, "-n"):
            why = f"Error type 3\nError: Activity class {{{component}}} does not exist."
        else:
            why = f"Error: Activity not started, unable to resolve Intent {{ {told} flg=0x10000000 }}"
        return Answer((begun + "\n").encode(), why + "\n", 1)
    if "-S" in words:
        await device.screen.ask("stop", target.package)
    await device.screen.ask("open", target.package, target.screen)
    waited = f"\nStatus: ok\nLaunchState: WARM\nActivity: {target.package}/{target.activity}\nTotalTime: 12\nComplete"
    return said(begun + (waited if "-W" in words else ""))


async def _broadcast(device: Device, words: list[str]) -> Answer:
    action, extras = option(words, "-a"), _extras(words)
    told = f"Broadcasting: Intent {{ act={action} flg=0x400000{' (has extras)' if extras else ''} }}"
    if action == RESET:
        await device.screen.begin(world(int(extras.get("seed", "0"))))
    elif action.startswith("ADB_"):
        await _type(device, action, extras)
    return said(f"{told}\nBroadcast completed: result=0")


async def _type(device: Device, action: str, extras: dict[str, str]) -> None:
    """What the ADB keyboard does with a broadcast, while it is the input method and a field has the focus."""
    if await device.screen.ask("get", "secure", "default_input_method") != ADB_KEYBOARD:
        return
    if not await device.screen.ask("typing"):
        return
    if action == "ADB_INPUT_TEXT":
        await device.screen.write(extras.get("msg", ""))
    elif action == "ADB_INPUT_B64":
        try:
            text = base64.b64decode(extras.get("msg", ""), validate=True).decode(errors="replace")
        except binascii.Error:
            return
        await device.screen.write(text)
    elif action == "ADB_CLEAR_TEXT":
        await device.screen.ask("clearField")
    elif action == "ADB_INPUT_CODE":
        await touch.press_key(device, touch.key_name(extras.get("code", "0")))


def _extras(words: list[str]) -> dict[str, str]:
    """The extras of an intent (`--es NAME TEXT`, `--ei NAME NUMBER`, `--ez NAME true`)."""
    return {
        words[at + 1]: words[at + 2]
        for at, word in enumerate(words[:-2])
        if word in ("--es", "-e", "--ei", "--ez", "--el", "--ef")
    }


async def _stack(device: Device) -> str:
    package, activity = await about.focus(device)
    box = f"[0,0][{device.screen.size.width},{device.screen.size.height}]"
    name = f"{package}/{activity}"
    return (
        f"RootTask id=12 bounds={box} displayId=0 userId=0\n"
        f"  taskId=12: {name} bounds={box} userId=0 visible=true topActivity=ComponentInfo{{{name}}}"
    )


async def _monkey(call: Call) -> Answer:
    package = option(call.words, "-p")
    target = await find(call.device, ["-p", package])
    if target is None:
        return said("** No activities found to run, monkey aborted.", 252)
    await call.device.screen.ask("open", target.package, None)
    return said("Events injected: 1\n## Network stats: elapsed time=14ms (0ms mobile, 0ms wifi, 14ms not connected)")


async def _cmd(call: Call) -> Answer:
    device, words = call.device, call.words
    leads: dict[str, Command] = {
        "package": _pm,
        "activity": _am,
        "settings": settings.COMMANDS["settings"],
        "input": touch.COMMANDS["input"],
        "window": about.COMMANDS["wm"],
    }
    match words:
        case ["uimode", "night", *_]:
            return await settings.night(device, words[1:])
        case ["connectivity", "airplane-mode", *_]:
            return await settings.airplane(device, words[1:])
        case ["wifi", "set-wifi-enabled", _]:
            return await settings.radio(device, "wifi_on", words)
        case ["bluetooth_manager", "enable" | "disable"]:
            return await settings.radio(device, "bluetooth_on", words)
        case ["-l"]:
            return said("".join(f"  {name}\n" for name in sorted([*leads, "uimode", "connectivity", "wifi"])))
        case [name, *rest] if name in leads:
            return await leads[name](Call(device, rest, call.stdin))
        case _:
            return failed(f"cmd: Can't find service: {words[0] if words else ''}", 20)


COMMANDS: Mapping[str, Command] = {"pm": _pm, "am": _am, "monkey": _monkey, "cmd": _cmd}
