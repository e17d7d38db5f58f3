"""Pop-ups that are drawn into the page: the list of a `<select>`, the calendar of a date, the colours of a colour.

Chromium's own pop-ups are windows beside the page. Headless Chromium 150 paints them into the screenshot, but all mouse
events go to the page behind them, and the colour panel's dropper ends a Chromium that has no display. What is drawn
here stands in the page's picture and takes mouse and keyboard as Chromium's own would: the same keys open it, work it
and close it, and the page gets the same `input` and `change` events. Only `isTrusted` tells them from a person's.

What stays native: `appearance: base-select` (Chromium draws that in the page itself), a time (typed, its field works by
keyboard), the suggestions of a `<datalist>` (headless Chromium shows none; what is suggested can always be typed), and
controls whose page stops the event by `stopImmediatePropagation`.
"""

from sandboxes.popups.script import popup_script

__all__ = ["popup_script"]
