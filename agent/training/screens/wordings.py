"""How people say what they want: many wordings for every kind of request, with names in quotes or bare."""

import random
from collections.abc import Sequence


def _table(lines: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(wordings.split("|")) for kind, wordings in lines.items()}


SINGLE: dict[str, tuple[str, ...]] = _table(
    {
        "button": (
            "Click the {x} button|Click the {x} button.|Press {x}|Click button {x}.|Click on {x}|"
            "Push the button {x}.|Hit {x}|click {x}|Click on the {x} button.|"
            "Press the button labelled {x}|Please press {x}.|Use the {x} button|"
            "Find the {x} button and click it|I want to {x}"
        ),
        "link": (
            "Click the {x} link|Click on the link {x}.|Follow the link {x}|Open the {x} link|"
            "Select the link named {x}|Click the link that says {x}.|Click {x}|Go to {x}|"
            "Follow {x} in the text|click on link {x}"
        ),
        "tab": (
            "Open the {x} tab|Switch to the {x} tab|Go to the tab {x}.|Click the tab named {x}|"
            "Show the {x} tab|Select the {x} tab|Click on {x}"
        ),
        "menuitem": (
            "Choose {x} from the menu|Click the menu item {x}|Select {x} in the menu|"
            "In the menu, click {x}.|Pick {x} from the menu|Click {x}|Use the menu entry {x}"
        ),
        "menu": (
            "Open the {x} menu|Click the {x} menu|Click {x} in the menu bar.|Open the menu {x}|"
            "Go to the menu {x}.|Show the {x} menu"
        ),
        "item": (
            "Select {x} in the list|Click {x} in the list.|Pick the list entry {x}|"
            "Choose {x} from the list|Click the item {x}|Mark {x} in the list|click on {x}"
        ),
        "cell": (
            "Click the cell {x}|Click the cell that holds {x}.|Select {x} in the table|"
            "Click on {x} in the table|Pick the table cell {x}|In the table, click {x}."
        ),
        "cell_at": (
            "Click the cell in row {row}, column {column}|In the table, click the {column} of {row}.|"
            "Select the {column} cell of {row}|Click what stands under {column} in the row {row}|"
            "Click the {column} in the row {row}|Pick row {row}, column {column}."
        ),
        "icon": (
            "Click the {x} icon|Press the {x} icon.|Click on the {x} symbol|Use the {x} icon|"
            "Find the {x} icon and click it|Click the button with the {x}|Hit the {x} icon"
        ),
        "shape": (
            "Click the {x}|Click on the {x}.|Press the {x}|Select the {x}|Find the {x} and click it|"
            "Click a {x}|Choose the {x}.|Click on a {x}|Select a {x}"
        ),
        "tick": (
            "Tick {x}|Check the {x} checkbox|Tick the box {x}.|Check {x}|Select {x}|Turn on {x}|"
            "Mark the checkbox {x}|Enable {x}|Make sure that {x} is ticked|Select the {x} checkbox."
        ),
        "untick": (
            "Untick {x}|Uncheck the {x} checkbox|Clear the box {x}.|Uncheck {x}|Deselect {x}|Turn off {x}|"
            "Remove the tick from {x}|Disable {x}|Make sure that {x} is not ticked"
        ),
        "choose": (
            "Choose {x}|Select the {x} radio button|Select the option {x}.|Pick {x}|Select {x}|"
            "Choose the option {x}|Set it to {x}|Mark {x}"
        ),
        "choose_in": (
            "Choose {x} for {group}|Set {group} to {x}|Under {group}, select {x}.|{group}: pick {x}|"
            "Select {x} as {group}|For {group} choose {x}."
        ),
        "select": (
            "Select {x} in the {group} list|Set {group} to {x}|Choose {x} from {group}.|"
            "Pick {x} in the {group} dropdown|In {group}, select {x}.|Change {group} to {x}|"
            "Select {x} from the {group} menu"
        ),
        "focus": (
            "Focus the {x} field|Click into the {x} field|Click on the {x} text box.|"
            "Put the cursor into {x}|Select the {x} input|Activate the field {x}|Focus on {x}|"
            "Click in {x}"
        ),
        "focus_only": (
            "Focus the text field|Click into the text box.|Put the cursor into the field|"
            "Focus into the textbox.|Click in the input field|Activate the text field"
        ),
        "enter": (
            "Enter {v} in the {x} field|Type {v} into {x}|Write {v} in the {x} field.|Set {x} to {v}|"
            "Fill {x} with {v}|Put {v} into the {x} box|{x}: {v}|In {x}, type {v}.|Enter {v} as {x}|"
            "Fill in {v} for {x}|Enter the {x} {v}"
        ),
        "enter_only": (
            "Enter {v} in the text field|Type {v} into the text box|Write {v} in the field.|"
            "Fill the field with {v}|Put {v} into the input|Enter {v} into the text field|Type {v}"
        ),
        "press": "click {x}|press {x}|click the {x} button|hit {x}|press the {x} button|click on {x}|push {x}",
        "press_only": (
            "Click the button.|Press the button|Click on the button|Push the button.|Hit the button|click the button"
        ),
        "double": (
            "Double-click {x}|Double click on {x}.|Open {x} with a double-click|Click {x} twice quickly|"
            "Do a double-click on {x}|double-click the {x} {what}"
        ),
        "right": (
            "Right-click {x}|Right click on {x}.|Open the context menu of {x}|"
            "Click {x} with the right button|Do a right-click on {x}|right-click the {x} {what}"
        ),
        "middle": (
            "Middle-click {x}|Middle click on {x}.|Click {x} with the middle button|Click {x} with the mouse wheel|"
            "Do a middle-click on {x}|middle-click the {x} {what}"
        ),
        "hover": (
            "Hover over {x}|Move the mouse over {x}.|Point at {x}|Move the pointer to {x}|Hover {x}|"
            "Put the mouse on {x} without clicking"
        ),
        "slide": (
            "Set {x} to {v}|Drag the {x} slider to {v}|Move {x} to {v}.|Slide {x} to {v}|"
            "Change {x} to {v}|Put the {x} slider at {v}"
        ),
        "scroll": (
            "Scroll {d}|Scroll {d} a bit|Scroll the page {d}.|Go further {d}|Please scroll {d}|Move {d} the page"
        ),
        "scroll_list": (
            "Scroll the list {d}|Scroll {d} in the list|Move the list {d}.|In the list, scroll {d}.|"
            "Show more of the list by scrolling {d}|Scroll {d} inside the list"
        ),
        "key": ("Press {k}|Hit the {k} key|Press the {k} key.|Push {k} on the keyboard|Use the key {k}|Strike {k}"),
        "read_at": (
            "What text is at [{x}, {y}]?|Read the text at [{x}, {y}].|What does it say at [{x}, {y}]?|"
            "What is written at [{x}, {y}]?|Which words are at [{x}, {y}]?|Give the text at [{x}, {y}]."
        ),
        "read_value": (
            "What is the value of {x}?|What does the {x} field contain?|Read the {x} field.|"
            "What is entered in {x}?|Which text is in {x}?|Tell me the {x}."
        ),
        "read_cell": (
            "What is the {column} of {row}?|What is in row {row}, column {column}?|"
            "Read the {column} of {row}.|Which {column} does {row} have?|"
            "In the table, what is {row}'s {column}?|Tell me the {column} for {row}."
        ),
        "count": (
            "How many {y} are there?|How many {y} are shown?|Count the {y}.|What is the number of {y}?|"
            "How many {y} does this page have?|Tell me how many {y} there are."
        ),
        "what_at": (
            "What is at [{x}, {y}]?|What is the thing at [{x}, {y}]?|Which control is at [{x}, {y}]?|"
            "Say what stands at [{x}, {y}].|What would a click at [{x}, {y}] hit?|Name what is at [{x}, {y}]."
        ),
        "is_ticked": (
            "Is {x} ticked?|Is the {x} checkbox checked?|Is {x} checked?|Is the box {x} ticked?|"
            "Has {x} been ticked?|Is {x} turned on?"
        ),
        "is_chosen": (
            "Is {x} chosen?|Is {x} selected?|Is the option {x} selected?|Has {x} been chosen?|"
            "Is the radio button {x} on?|Is {x} the chosen option?"
        ),
        "is_open": (
            "Is the {x} tab open?|Is {x} the open tab?|Is the tab {x} selected?|Is the {x} tab shown?|"
            "Is the tab {x} open now?|Is {x} the current tab?"
        ),
        "is_empty": (
            "Is the {x} field empty?|Is {x} empty?|Is nothing entered in {x}?|Is the field {x} still empty?|"
            "Has {x} no value?|Is there nothing in {x}?"
        ),
        "is_there": (
            "Is there a {y} {x}?|Does the page have a {y} {x}?|Is a {y} {x} shown?|Can you see a {y} {x}?|"
            "Is a {y} named {x} on the page?|Is there a {y} called {x}?"
        ),
        "focus_nth": (
            "Focus the {n} text field|Click into the {n} text box.|Put the cursor into the {n} field|"
            "Focus into the {n} input field.|Click in the {n} input|Focus into the {n} textbox"
        ),
        "enter_nth": (
            "Enter {v} in the {n} text field|Type {v} into the {n} text box.|Write {v} in the {n} field|"
            "Fill the {n} field with {v}|Put {v} into the {n} input field|Enter {v} into the {n} textbox"
        ),
        "close": (
            "Close the dialog|Close the dialog box.|Close the window|Close the dialog with the {x}|"
            "Close the dialog box by clicking the {x}.|Click the {x} to close the dialog"
        ),
        "read_title": (
            "What is the title?|Read the heading.|What does the heading say?|"
            "What is the title of this page?|Which heading is shown?|Tell me the title."
        ),
    }
)
"""Whole requests by kind. {x} is a name, {v} a value; each kind has at least six."""

CLAUSES: dict[str, tuple[str, ...]] = _table(
    {
        "enter": (
            "enter {v} in the {x} field|type {v} into {x}|write {v} in {x}|set {x} to {v}|"
            "fill {x} with {v}|put {v} into {x}|enter the {x} {v}|enter {v} as {x}"
        ),
        "enter_only": ("enter {v} in the text field|type {v} into the text box|enter {v} into the text field|type {v}"),
        "tick": "tick {x}|check {x}|tick the box {x}|check the {x} checkbox|select {x}|turn on {x}",
        "untick": "untick {x}|uncheck {x}|clear the box {x}|turn off {x}|uncheck the {x} checkbox",
        "choose": "choose {x}|select {x}|pick {x}|select the option {x}",
        "select": "select {x} in {group}|set {group} to {x}|choose {x} as {group}|pick {x} from {group}",
        "press": "click {x}|press {x}|click the {x} button|hit {x}|press the {x} button|click on {x}|push {x}",
        "press_only": "click the button|press the button|submit",
    }
)
"""Parts of longer requests, lower case and without a full stop."""

LEADS = ("", "", "", "", "Please ", "Fill in the form: ", "Complete the form: ", "On this page, ", "Do this: ")


STYLES = ('"{}"', '"{}"', '"{}"', "{}", "{}", "'{}'")
"""How names and values are set apart in a request: one style for all of it."""


def _styled(rng: random.Random, style: str, name: str, text: str, kind: str) -> str:
    """`text` in the request's quotes; the name of a control in small letters now and then, never a value."""
    if name in ("x", "group", "row", "column") and kind != "select" and rng.random() < (0.1 if style == "{}" else 0.02):
        text = text.lower()
    return style.format(text)


def worded(rng: random.Random, kind: str, /, **names: str) -> str:
    """A whole request of `kind`; the quoting is the same for all names in it."""
    template = rng.choice(SINGLE[kind])
    style = rng.choice(STYLES)
    bare = {"d", "k", "n", "what", "y"} | ({"x"} if kind in ("icon", "shape", "read_at", "what_at") else set())
    filled = {name: text if name in bare else _styled(rng, style, name, text, kind) for name, text in names.items()}
    return template.format(**filled)


def clause(rng: random.Random, kind: str, style: str, /, **names: str) -> str:
    """A part of a longer request; `style` is how names are quoted, like '"{}"'."""
    filled = {name: _styled(rng, style, name, text, kind) for name, text in names.items()}
    return rng.choice(CLAUSES[kind]).format(**filled)


def joined(rng: random.Random, clauses: Sequence[str]) -> str:
    """Clauses as one request: a sentence, several sentences, or a list with "then"."""
    capital = [part[:1].upper() + part[1:] for part in clauses]
    stop = rng.choice((".", ".", ""))
    if len(clauses) == 1:
        return capital[0] + stop
    pick = rng.random()
    if pick < 0.3:
        return ". ".join(capital) + "."
    if pick < 0.4:
        return "; ".join(clauses) + stop
    lead = rng.choice(LEADS)
    first = clauses[0] if lead else capital[0]
    last = rng.choice((" and ", ", then ", ", and ", " and then ", ". Then "))
    return lead + ", ".join([first, *clauses[1:-1]]) + last + clauses[-1] + stop
