"""What tells about the phone: `screencap`, `uiautomator`, `dumpsys`, `wm`, `getprop`."""

import asyncio
import re
from collections.abc import Mapping

from perception.geometry import Size
from sandboxes.demos.paper_phone.command import Answer, Call, Command, Device, failed, said
from sandboxes.opening import MAX_SIDE

WINDOW_DUMP = "/sdcard/window_dump.xml"


async def _screencap(call: Call) -> Answer:
    words = [word for word in call.words if word != "-p"]
    if words[:1] == ["-d"]:
        words = words[2:]
    if "-p" not in call.words and not (words and words[0].endswith(".png")):
        return failed("screencap: this phone makes PNG only: use -p, or name a file that ends in .png")
    picture = await call.device.screen.picture()
    if not words:
        return Answer(picture)
    call.device.files.write(words[0], picture)
    return Answer()


async def _uiautomator(call: Call) -> Answer:
    if call.words[:1] != ["dump"]:
        return failed("Usage: uiautomator <subcommand> [options]: this phone has `dump`")
    target = next((word for word in call.words[1:] if not word.startswith("--")), WINDOW_DUMP)
    await asyncio.sleep(call.device.dump_seconds)
    xml = await call.device.screen.ask("dump", call.device.screen.rotation)
    told = f"UI hierchary dumped to: {target}"  # Android's own spelling.
    if target.startswith("/dev/tty") or target == "/dev/stdout":
        return said(xml + told)
    call.device.files.write(target, xml.encode(errors="surrogateescape"))
    return said(told)


async def _wm(call: Call) -> Answer:
    screen = call.device.screen
    match call.words:
        case ["size"]:
            override = f"\nOverride size: {screen.upright}" if screen.upright != screen.physical else ""
            return said(f"Physical size: {screen.physical}{override}")
        case ["size", "reset"]:
            await screen.resize(screen.physical)
        case ["size", text] if sides := re.fullmatch(r"(\d+)x(\d+)", text):
            width, height = int(sides[1]), int(sides[2])
            if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
                return failed(f"Error: bad size {text}", 255)
            await screen.resize(Size(width=width, height=height))
        case ["density", *rest] if not rest or rest == ["reset"]:
            return said(f"Physical density: {screen.density}") if not rest else Answer()
        case ["dismiss-keyguard"]:
            await screen.ask("unlock")
        case _:
            return failed(f"Unknown command: {' '.join(call.words)}", 255)
    return Answer()


async def _getprop(call: Call) -> Answer:
    known = _properties(call.device)
    if not call.words:
        return said("".join(f"[{name}]: [{value}]\n" for name, value in sorted(known.items())))
    default = call.words[1] if len(call.words) > 1 else ""
    return said(known.get(call.words[0], default) + "\n")


def _properties(device: Device) -> dict[str, str]:
    return {
        "ro.product.model": "Paper Phone",
        "ro.product.name": "paper_phone",
        "ro.product.device": device.serial,
        "ro.product.brand": "Paper",
        "ro.product.manufacturer": "Paper",
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.build.version.sdk": str(device.sdk),
        "ro.build.version.release": "14" if device.sdk >= 34 else "11",
        "ro.serialno": device.serial,
        "ro.sf.lcd_density": str(device.screen.density),
        "persist.sys.timezone": "GMT",
        "persist.sys.locale": "en-US",
        "sys.boot_completed": "1",
        "init.svc.bootanim": "stopped",
    }


async def _dumpsys(call: Call) -> Answer:
    kinds = {
        "window": _window,
        "activity": _activity,
        "battery": _battery,
        "input": _input,
        "input_method": _input_method,
        "power": _power,
        "display": _display,
        "wifi": _wifi,
    }
    words = [word for word in call.words if word != "-t" and not word.isdigit()]
    if not words:
        return said("Currently running services:\n" + "".join(f"  {name}\n" for name in sorted(kinds)))
    if words[0] == "-l":
        return said("".join(f"  {name}\n" for name in sorted(kinds)))
    if words[0] not in kinds:
        return said(f"Can't find service: {words[0]}")
    return said(await kinds[words[0]](call.device, words[1:]))


async def focus(device: Device) -> tuple[str, str]:
    """The package in front, and its activity as it is written in full."""
    front = await device.screen.ask("focus")
    activity = front["activity"]
    return front["package"], front["package"] + activity if activity.startswith(".") else activity


async def _window(device: Device, words: list[str]) -> str:
    package, activity = await focus(device)
    screen, state = device.screen, await device.screen.ask("state")
    locked = state["screen"]["locked"] or not state["screen"]["on"]
    shown = str(locked).lower()
    top = "NotificationShade" if locked or state["screen"]["shade"] else f"{package}/{activity}"
    return (
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n  Display: mDisplayId=0\n"
        f"    init={screen.physical} {screen.density}dpi cur={screen.size} app={screen.size} rng={screen.size}\n"
        f"  mCurrentFocus=Window{{b1c2d3e u0 {top}}}\n"
        f"  mFocusedApp=ActivityRecord{{a4b5c6d u0 {package}/{_short(package, activity)} t12}}\n"
        f"  mRotation={screen.rotation}\n    mCurrentRotation=ROTATION_{90 * screen.rotation}\n"
        f"  mDreamingLockscreen={shown} isKeyguardShowing={shown}"
    )


async def _activity(device: Device, words: list[str]) -> str:
    package, activity = await focus(device)
    record = f"ActivityRecord{{a4b5c6d u0 {package}/{_short(package, activity)} t12}}"
    if words[:1] == ["recents"]:
        return f"ACTIVITY MANAGER RECENT TASKS (dumpsys activity recents)\n  RecentTaskInfo #0: id=12 {package}"
    if words[:1] == ["top"]:
        return f"TASK {package} id=12 userId=0\n  ACTIVITY {package}/{_short(package, activity)} a4b5c6d pid=4242"
    return (
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\n"
        f"  topResumedActivity={record}\n  mResumedActivity: {record}\n  ResumedActivity: {record}"
    )


async def _battery(device: Device, words: list[str]) -> str:
    return (
        "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  status: 2\n  health: 2\n"
        "  present: true\n  level: 87\n  scale: 100\n  voltage: 4200\n  temperature: 250\n  technology: Li-ion"
    )


async def _input(device: Device, words: list[str]) -> str:
    size = device.screen.size
    frame = f"logicalFrame=[0, 0, {size.width}, {size.height}], physicalFrame=[0, 0, {size.width}, {size.height}]"
    viewport = f"Viewport INTERNAL: displayId=0, orientation={device.screen.rotation}, {frame}"
    return f"INPUT MANAGER (dumpsys input)\n    {viewport}\n    SurfaceOrientation: {device.screen.rotation}"


async def _input_method(device: Device, words: list[str]) -> str:
    current = await device.screen.ask("get", "secure", "default_input_method")
    typing = str(bool(await device.screen.ask("typing"))).lower()
    return (
        f"Current Input Method Manager state:\n  mCurMethodId={current}\n  mShowRequested={typing} mInputShown={typing}"
    )


async def _power(device: Device, words: list[str]) -> str:
    shown = (await device.screen.ask("state"))["screen"]["on"]
    return (
        f"POWER MANAGER (dumpsys power)\n  mWakefulness={'Awake' if shown else 'Asleep'}\n"
        f"  Display Power: state={'ON' if shown else 'OFF'}\n  mHoldingDisplaySuspendBlocker={str(shown).lower()}"
    )


async def _display(device: Device, words: list[str]) -> str:
    screen = device.screen
    return (
        f"DISPLAY MANAGER (dumpsys display)\n  mViewports=[DisplayViewport{{type=INTERNAL, valid=true, displayId=0, "
        f"orientation={screen.rotation}, deviceWidth={screen.size.width}, deviceHeight={screen.size.height}}}]"
    )


async def _wifi(device: Device, words: list[str]) -> str:
    shown = await device.screen.ask("get", "global", "wifi_on") == "1"
    return f"Wi-Fi is {'enabled' if shown else 'disabled'}"


def _short(package: str, activity: str) -> str:
    return activity.removeprefix(package) if activity.startswith(package + ".") else activity


COMMANDS: Mapping[str, Command] = {
    "screencap": _screencap,
    "uiautomator": _uiautomator,
    "wm": _wm,
    "getprop": _getprop,
    "dumpsys": _dumpsys,
}
