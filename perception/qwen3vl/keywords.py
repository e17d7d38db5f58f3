"""Keywords of JSON Schema that llguidance lacks, said by those that it has."""

from collections.abc import Mapping
from typing import Any

_SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_LISTS = ("prefixItems", "anyOf", "oneOf", "allOf")
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")


def plainer(schema: Any) -> Any:
    """The same schema without `dependentRequired`: a property that asks for others is absent, or they are there.

    Nothing is changed in place. What is no schema is left as it is, for whoever refuses it.
    """
    if isinstance(schema, list):
        return [plainer(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = dict(schema)
    for keyword in (*_SCHEMAS, *_LISTS):
        if keyword in made:
            made[keyword] = plainer(made[keyword])
    for keyword in _NAMED:
        if isinstance(made.get(keyword), Mapping):
            made[keyword] = {name: plainer(part) for name, part in made[keyword].items()}
    asked, already = made.get("dependentRequired"), made.get("allOf", [])
    if not (isinstance(asked, Mapping) and isinstance(already, list)):
        return made
    if not all(isinstance(others, list) for others in asked.values()):
        return made
    del made["dependentRequired"]
    choices = [
        {"anyOf": [{"required": [name, *others]}, {"properties": {name: False}}]} for name, others in asked.items()
    ]
    return made | {"allOf": [*already, *choices]} if choices else made
