"""`content query|insert|delete`: the tables of contacts, notes, alarms and settings, for checkers and set-up."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sandboxes.demos.paper_phone.command import Answer, Call, Command, failed, option, said
from sandboxes.demos.paper_phone.commands import settings
from sandboxes.demos.paper_phone.world import Alarm, Contact, Note


class Table(NamedTuple):
    """One table: where it is in the world, its columns and what they are called there."""

    name: str
    columns: Mapping[str, str]
    row: type[Contact] | type[Note] | type[Alarm]


_CONTACTS = Table("contacts", {"_id": "id", "display_name": "name", "number": "phone", "email": "email"}, Contact)
_NOTES = Table("notes", {"_id": "id", "title": "title", "text": "text"}, Note)
_ALARMS = Table("alarms", {"_id": "id", "hour": "hour", "minutes": "minute", "label": "label", "enabled": "on"}, Alarm)

TABLES: Mapping[str, Table] = {
    "com.android.contacts/contacts": _CONTACTS,
    "com.android.contacts/data/phones": _CONTACTS,
    "contacts/phones": _CONTACTS,
    "contacts/people": _CONTACTS,
    "org.paperphone.notes/notes": _NOTES,
    "com.android.deskclock/alarms": _ALARMS,
}
"""Tables by their address, without content:// and the last slash."""

_EQUALS = re.compile(r"\s*(\w+)\s*=\s*(?:'((?:[^']|'')*)'|\"([^\"]*)\"|(-?\d+))\s*")


class _Wrong(Exception):
    """What the command can't do, for the error output."""


async def _content(call: Call) -> Answer:
    verb, *words = settings.without_user(call.words)
    address = option(words, "--uri").removeprefix("content://").rstrip("/")
    try:
        if address.startswith("settings/"):
            return await _settings(call, verb, address.removeprefix("settings/"), words)
        if address not in TABLES:
            raise _Wrong(f"Could not find provider: {address.split('/')[0]}")
        return await _table(call, verb, TABLES[address], words)
    except _Wrong as wrong:
        return failed(f"[ERROR] {wrong}")


async def _table(call: Call, verb: str, table: Table, words: list[str]) -> Answer:
    screen = call.device.screen
    rows = (await screen.ask("state"))[table.name]
    wanted = _where(option(words, "--where"), table)
    if verb == "query":
        shown = [row for row in rows if _matches(row, wanted)]
        names = [name for name in option(words, "--projection").split(":") if name] or list(table.columns)
        return said(_listed([{name: row[_column(table, name)] for name in names} for row in shown]))
    if verb == "insert":
        given = {_column(table, name): value for name, value in _bound(words).items()}
        made = table.row.model_validate({"id": await screen.ask("nextId", table.name), **given})
        await screen.ask("replace", table.name, [*rows, made.model_dump()])
        return Answer()
    if verb == "delete":
        await screen.ask("replace", table.name, [row for row in rows if not _matches(row, wanted)])
        return Answer()
    raise _Wrong(f"Unsupported operation: {verb}")


async def _settings(call: Call, verb: str, space: str, words: list[str]) -> Answer:
    """The settings as a table, which is how some test suites turn the screen."""
    if space not in settings.NAMESPACES:
        raise _Wrong(f"Unknown table: {space}")
    if verb == "insert":
        given = _bound(words)
        await settings.put(call.device, space, given["name"], given["value"])
        return Answer()
    held = (await call.device.screen.ask("state"))["settings"][space]
    return said(_listed([{"_id": at, "name": key, "value": held[key]} for at, key in enumerate(sorted(held), 1)]))


def _listed(rows: list[dict[str, Any]]) -> str:
    """Rows as `content query` writes them."""
    lines = (", ".join(f"{name}={_shown(value)}" for name, value in row.items()) for row in rows)
    return "".join(f"Row: {number} {line}\n" for number, line in enumerate(lines)) or "No result found.\n"


def _shown(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _column(table: Table, name: str) -> str:
    if name not in table.columns:
        raise _Wrong(f"no such column: {name}")
    return table.columns[name]


def _bound(words: list[str]) -> dict[str, str]:
    """What `--bind NAME:TYPE:VALUE` gives, by name."""
    given = [words[at + 1].split(":", 2) for at, word in enumerate(words[:-1]) if word == "--bind"]
    if any(len(parts) != 3 for parts in given):
        raise _Wrong("--bind wants NAME:TYPE:VALUE")
    return {name: value for name, _, value in given}


def _where(text: str, table: Table) -> dict[str, str]:
    """Columns and the values that they must have. Only equalities joined by AND are understood."""
    wanted: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _EQUALS.match(text, at)
        if found is None:
            raise _Wrong(f"this phone understands NAME='VALUE' joined by AND, not: {text[at:]}")
        single, double, number = found[2], found[3], found[4]
        value = single.replace("''", "'") if single is not None else double if double is not None else number
        wanted[_column(table, found[1])] = value
        at = found.end()
        if joined := re.compile("and", re.IGNORECASE).match(text, at):
            at = joined.end()
    return wanted


def _matches(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(_shown(row[name]) == value for name, value in wanted.items())


COMMANDS: Mapping[str, Command] = {"content": _content}
