"""`settings`, `svc`, `ime` and what else reads and changes how the phone is set."""

from collections.abc import Mapping

from sandboxes.demos.paper_phone.command import Answer, Call, Command, Device, failed, said
from sandboxes.demos.paper_phone.world import ADB_KEYBOARD, SOFT_KEYBOARD

NAMESPACES = ("system", "secure", "global")
RADIOS = {"wifi": "wifi_on", "bluetooth": "bluetooth_on", "data": "mobile_data"}


async def _settings(call: Call) -> Answer:
    words = without_user(call.words)
    verb, space, *rest = words
    if space not in NAMESPACES:
        return failed(f"Invalid namespace '{space}'", 255)
    if verb == "get":
        value = await call.device.screen.ask("get", space, rest[0])
        return said("null" if value is None else value)
    if verb == "put":
        await put(call.device, space, rest[0], rest[1])
        return Answer()
    if verb == "delete":
        removed = await call.device.screen.ask("remove", space, rest[0])
        return said(f"Deleted {int(removed)} rows")
    if verb == "list":
        state = await call.device.screen.ask("state")
        return said("".join(f"{name}={value}\n" for name, value in sorted(state["settings"][space].items())))
    return failed(f"Invalid command: {verb}", 255)


async def put(device: Device, space: str, name: str, value: str) -> None:
    """Change a setting, and let the screen turn with it."""
    await device.screen.ask("put", space, name, value)
    if space == "system" and name in ("user_rotation", "accelerometer_rotation"):
        held = await device.screen.ask("get", "system", "accelerometer_rotation") == "0"
        rotation = await device.screen.ask("get", "system", "user_rotation") or "0"
        await device.screen.turn(int(rotation) if held else 0)


async def _svc(call: Call) -> Answer:
    what, verb, *_ = [*call.words, "", ""]
    if what in RADIOS and verb in ("enable", "disable"):
        await put(call.device, "global", RADIOS[what], "1" if verb == "enable" else "0")
        return said("Success") if what == "bluetooth" else Answer()
    if what == "power" and verb == "stayon":
        return Answer()
    return said("Control the phone: svc wifi|data|bluetooth enable|disable, svc power stayon")


async def _ime(call: Call) -> Answer:
    verb, *rest = call.words
    known = [SOFT_KEYBOARD, *([ADB_KEYBOARD] if call.device.has_adb_keyboard else [])]
    held: str = await call.device.screen.ask("get", "secure", "enabled_input_methods") or ""
    enabled = held.split(":")
    if verb == "list":
        return said("".join(f"{name}\n" for name in (known if "-a" in rest else enabled) if name in known))
    if verb == "reset":
        return await _use(
            call.device, SOFT_KEYBOARD, [SOFT_KEYBOARD], f"Reset current and enabled IMEs\n{SOFT_KEYBOARD}"
        )
    name = rest[0]
    if name not in known:
        return failed(
            f"Unknown input method {name} cannot be {verb}d for user #0" if verb != "set" else _cannot(name), 255
        )
    current = await call.device.screen.ask("get", "secure", "default_input_method")
    if verb == "enable":
        said_so = f"Input method {name}: {'already enabled' if name in enabled else 'now enabled'} for user #0"
        return await _use(call.device, current, list(dict.fromkeys([*enabled, name])), said_so)
    if verb == "disable":
        left = [other for other in enabled if other != name] or [SOFT_KEYBOARD]
        said_so = f"Input method {name}: now disabled for user #0"
        return await _use(call.device, current if current in left else left[0], left, said_so)
    if verb == "set":
        if name not in enabled:
            return failed(_cannot(name), 255)
        return await _use(call.device, name, enabled, f"Input method {name} selected for user #0")
    return failed(f"Unknown command: {verb}", 255)


def _cannot(name: str) -> str:
    return f"Unknown input method {name} cannot be selected for user #0"


async def _use(device: Device, current: str, enabled: list[str], text: str) -> Answer:
    await device.screen.ask("useKeyboard", current, ":".join(enabled))
    return said(text)


async def night(device: Device, words: list[str]) -> Answer:
    """`cmd uimode night [yes|no]`."""
    if words[1:] and words[1] in ("yes", "no"):
        await put(device, "secure", "ui_night_mode", "2" if words[1] == "yes" else "1")
    dark = await device.screen.ask("get", "secure", "ui_night_mode") == "2"
    return said(f"Night mode: {'yes' if dark else 'no'}")


async def airplane(device: Device, words: list[str]) -> Answer:
    """`cmd connectivity airplane-mode [enable|disable]`."""
    if words[1:]:
        await put(device, "global", "airplane_mode_on", "1" if words[1] == "enable" else "0")
        return Answer()
    flying = await device.screen.ask("get", "global", "airplane_mode_on") == "1"
    return said("enabled" if flying else "disabled")


async def radio(device: Device, name: str, words: list[str]) -> Answer:
    """`cmd wifi set-wifi-enabled enabled|disabled` and `cmd bluetooth_manager enable|disable`."""
    await put(device, "global", name, "1" if words[-1] in ("enabled", "enable") else "0")
    return Answer()


def without_user(words: list[str]) -> list[str]:
    """The words but for `--user 0`: this phone has one user."""
    if "--user" in words:
        at = words.index("--user")
        return words[:at] + words[at + 2 :]
    return words


COMMANDS: Mapping[str, Command] = {"settings": _settings, "svc": _svc, "ime": _ime}
