"""Which fields a document is read for: a JSON Schema, taken apart.

    {"type": "object", "required": ["total"], "properties": {
        "number": {"type": "string", "title": "Invoice number", "x-labels": ["Rechnung Nr."]},
        "total": {"type": "number"}, "iban": {"type": "string", "x-check": "iban"},
        "items": {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "number"}}}}},
     "x-checks": ["net + tax == total", "sum(items.amount) == net"]}

Beyond JSON Schema: `x-labels` names what stands before a field, `x-check` a format of it (date, iban, vat-id; `format`
will do as well), `x-checks` what must add up. Pydantic models carry them in `json_schema_extra`.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from perception.errors import PerceptionError
from perception.extraction.lexicon import concept_of

Kind = Literal["text", "number", "integer", "boolean", "date"]
_FORMATS = ("date", "iban", "vat-id", "email")
_MAX_DEPTH = 6


class SchemaInvalid(PerceptionError):
    """The schema asks for what a document can't be read for; the message says what and where."""


class Field(BaseModel):
    """One value that is looked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Names from the top, with dots between them."""
    kind: Kind
    concept: str = ""
    """What it means, where the lexicon knows it."""
    labels: tuple[str, ...] = ()
    """What may stand before it, beside what the lexicon knows."""
    format: str = ""
    pattern: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


class RecordSchema(BaseModel):
    """All that is looked for in a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[Field, ...]
    tables: dict[str, tuple[Field, ...]] = {}
    """Lists of records by their path: the fields of one of them, with paths of their own."""
    checks: tuple[str, ...] = ()
    source: dict[str, Any]
    """The JSON Schema itself."""


def read_schema(source: dict[str, Any]) -> RecordSchema:
    """Take a JSON Schema of an object apart. Raises SchemaInvalid."""
    if not isinstance(source, dict) or _resolved(source, source).get("type", "object") != "object":
        raise SchemaInvalid("the schema must be one of an object, with properties")
    reader = _Reader(source)
    reader.read(source, "", 0)
    if not reader.fields and not reader.tables:
        raise SchemaInvalid("the schema has no properties: name what should be read")
    return RecordSchema(fields=tuple(reader.fields), tables=reader.tables, checks=tuple(reader.checks), source=source)


class _Reader:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self.fields: list[Field] = []
        self.tables: dict[str, tuple[Field, ...]] = {}
        self.checks: list[str] = []

    def read(self, part: dict[str, Any], path: str, depth: int) -> None:
        """Collect the fields of an object."""
        if depth > _MAX_DEPTH:
            raise SchemaInvalid(f"{path}: objects within objects are read {_MAX_DEPTH} deep")
        part = _resolved(part, self._root)
        checks = part.get("x-checks", [])
        if not isinstance(checks, list) or not all(isinstance(check, str) for check in checks):
            raise SchemaInvalid(f"{path or 'the schema'}: x-checks must be a list of texts")
        self.checks += checks
        properties = part.get("properties", {})
        if not isinstance(properties, dict):
            raise SchemaInvalid(f"{path or 'the schema'}: properties must be an object")
        for name, known in properties.items():
            inner = f"{path}.{name}" if path else name
            self._property(inner, name, _resolved(known, self._root), name in part.get("required", []), depth)

    def _property(self, path: str, name: str, known: dict[str, Any], required: bool, depth: int) -> None:
        kind = known.get("type", "object" if "properties" in known else "string")
        if kind == "object":
            self.read(known, path, depth + 1)
        elif kind == "array":
            items = _resolved(known.get("items", {}), self._root)
            if items.get("type") != "object":
                raise SchemaInvalid(f"{path}: a list must be one of objects, whose properties are a table's columns")
            inner = _Reader(self._root)
            inner.read(items, "", depth + 1)
            self.tables[path] = tuple(inner.fields)
        else:
            self.fields.append(_field(path, name, kind, known, required))


def _field(path: str, name: str, kind: str, known: dict[str, Any], required: bool) -> Field:
    kinds: dict[str, Kind] = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean"}
    if kind not in kinds:
        raise SchemaInvalid(f"{path}: there is no reading of the type {kind!r}")
    form = known.get("x-check") or known.get("format") or ""
    if known.get("x-check") and form not in _FORMATS:
        raise SchemaInvalid(f"{path}: there is no x-check {form!r}; one of: {', '.join(_FORMATS)}")
    title = str(known.get("title", ""))
    own = [*map(str, known.get("x-labels", [])), *([title] if title else []), name]
    concept = concept_of(name) or concept_of(title) or {"iban": "iban", "vat-id": "vat id"}.get(form, "")
    return Field(
        path=path,
        kind="date" if form == "date" and kind == "string" else kinds[kind],
        concept=concept,
        labels=tuple(own),
        format=form if form in _FORMATS else "",
        pattern=str(known.get("pattern", "")),
        choices=tuple(map(str, known.get("enum", []))),
        required=required,
    )


def _resolved(part: Any, root: dict[str, Any]) -> dict[str, Any]:
    """A part without `$ref`, and of "this or null" the this. Raises SchemaInvalid."""
    for _ in range(20):
        if not isinstance(part, dict):
            raise SchemaInvalid(f"a schema must be an object, not {str(part)[:40]!r}")
        others = {key: value for key, value in part.items() if key not in ("$ref", "anyOf", "oneOf", "allOf")}
        if "$ref" in part:
            part = _looked_up(str(part["$ref"]), root) | others
            continue
        union = part.get("anyOf") or part.get("oneOf") or part.get("allOf")
        if union:
            real = [one for one in union if not (isinstance(one, dict) and one.get("type") == "null")]
            if not real:
                return others
            part = (real[0] if isinstance(real[0], dict) else {}) | others
            continue
        if isinstance(part.get("type"), list):
            kinds = [kind for kind in part["type"] if kind != "null"]
            part = part | {"type": kinds[0] if kinds else "string"}
        return part
    raise SchemaInvalid("the schema refers to itself without end")


def _looked_up(ref: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for key in ref.removeprefix("#/").split("/"):
        found = found.get(key) if isinstance(found, dict) else None
    if not ref.startswith("#/") or not isinstance(found, dict):
        raise SchemaInvalid(f"the schema refers to {ref}, which is not in it")
    return found
