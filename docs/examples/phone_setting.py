"""Turns a phone's dark theme on by touch, and asks the phone whether it is: `python docs/examples/phone_setting.py`.

The bundled model finds the entry; the switch has its place. The phone is the paper phone: a screen drawn by Chromium
behind the real ADB protocol. One of yours is opened with `android.open("SERIAL", app="Settings")`, where `adb devices`
lists serials. Needs: sudo apt install adb chromium
"""

from agent import Agent
from sandboxes.demos.paper_phone import environment as paper_phone

SWITCH = (353, 308)


def main() -> str:
    """What the phone says afterwards of its dark theme: 2 is on, 1 is off."""
    with paper_phone.open(app="Settings") as phone:
        found = Agent("nano").locate("Display", on=phone)
        if found is None:
            return "the entry was not found"
        phone.click(found.point.x, found.point.y)
        phone.click(*SWITCH)
        phone.save("build/phone_setting.png")
        phone.button("home")
        return phone.wait_for(phone.environment.shell.text("settings get secure ui_night_mode")).strip()


if __name__ == "__main__":
    print(main())
