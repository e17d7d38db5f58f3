"""What is on a paper phone when it is switched on: settings, contacts, notes and alarms, drawn from a seed."""

import random
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

_FIRST = ("Ada", "Bruno", "Clara", "David", "Elif", "Farid", "Grace", "Hana", "Igor", "Jane", "Kofi", "Lucia", "Milan")
_LAST = ("Archer", "Brandt", "Costa", "Dvorak", "Eriksen", "Fontaine", "Green", "Haddad", "Ito", "Jansen", "Kaya")
_NOTES = (
    ("Shopping", "Milk\nBread\nApples"),
    ("Books to read", "The Waves\nMiddlemarch"),
    ("Trip", "Train at 8:15, platform 4"),
    ("Plants", "Water the fern on Fridays"),
    ("Ideas", "A lamp out of paper"),
    ("Recipe", "Two eggs, flour, a little salt"),
    ("Measures", "Window 120 x 90 cm"),
)
_ALARMS = ((6, 30, "Run"), (7, 0, "Wake up"), (8, 45, "Train"), (13, 15, "Call home"), (18, 30, "Water plants"))

ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"
"""The input method that takes any text from `am broadcast` (github.com/senzhk/ADBKeyBoard)."""

SOFT_KEYBOARD = "com.android.inputmethod.latin/.LatinIME"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Row):
    """One person."""

    id: int
    name: str
    phone: str = ""
    email: str = ""


class Note(_Row):
    """One note."""

    id: int
    title: str = ""
    text: str = ""


class Alarm(_Row):
    """One alarm; rings daily, if this phone could ring."""

    id: int
    hour: int = Field(ge=0, le=23)
    minute: int = Field(ge=0, le=59)
    label: str = ""
    on: bool = True


class World(_Row):
    """All that the phone keeps. The page holds the living copy; this is how it begins."""

    clock: str = "2026-03-14 09:41:00"
    """The phone's date and time, which stand still: year-month-day hour:minute:second."""
    settings: dict[str, dict[str, str]]
    """Namespace (system, secure, global) to name to value, as `settings get` has them."""
    contacts: tuple[Contact, ...] = ()
    notes: tuple[Note, ...] = ()
    alarms: tuple[Alarm, ...] = ()


def world(seed: int = 0) -> World:
    """The world of this seed; the same seed always gives the same one."""
    rng = random.Random(f"paper-phone-{seed}")
    names = [f"{first} {last}" for first, last in zip(rng.sample(_FIRST, 6), rng.sample(_LAST, 6), strict=True)]
    contacts = tuple(
        Contact(
            id=number, name=name, phone=f"555 {rng.randint(100, 989)} {rng.randint(1000, 9899)}", email=_email(name)
        )
        for number, name in enumerate(names, 1)
    )
    notes = (Note(id=number, title=title, text=text) for number, (title, text) in enumerate(rng.sample(_NOTES, 3), 1))
    alarms = (
        Alarm(id=number, hour=hour, minute=minute, label=label, on=rng.random() < 0.5)
        for number, (hour, minute, label) in enumerate(rng.sample(_ALARMS, 2), 1)
    )
    clock = datetime(2026, 3, 14, rng.randint(8, 20), rng.randint(0, 59)) if seed else datetime(2026, 3, 14, 9, 41)
    return World(
        clock=f"{clock:%Y-%m-%d %H:%M:%S}",
        settings=first_settings(),
        contacts=contacts,
        notes=tuple(notes),
        alarms=tuple(alarms),
    )


def first_settings() -> dict[str, dict[str, str]]:
    """The settings of a phone that nobody has changed, by Android's own names (android.provider.Settings)."""
    return {
        "system": {
            "screen_brightness": "102",
            "screen_brightness_mode": "0",
            "font_scale": "1.0",
            "screen_off_timeout": "1800000",
            "accelerometer_rotation": "0",
            "user_rotation": "0",
            "volume_music": "5",
        },
        "secure": {
            "ui_night_mode": "1",
            "default_input_method": SOFT_KEYBOARD,
            "enabled_input_methods": SOFT_KEYBOARD,
        },
        "global": {
            "wifi_on": "1",
            "bluetooth_on": "0",
            "airplane_mode_on": "0",
            "device_name": "Paper Phone",
            "window_animation_scale": "1.0",
        },
    }


def _email(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@post.org"
