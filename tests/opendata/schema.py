"""A small judge of JSON Schema: the words that the portal's own schemas use, and no others."""

from datetime import date, datetime
from typing import Any

KINDS = {
    "string": str, "integer": int, "boolean": bool, "array": list, "object": dict,
    "null": type(None),
}  # fmt: skip
KNOWN = {"type", "format", "items", "minItems", "maxItems", "properties", "required",
         "additionalProperties", "description", "$ref"}  # fmt: skip


def faults(value: Any, schema: dict[str, Any], schemas: dict[str, Any], at: str = "$") -> list[str]:
    """Where `value` is not as `schema` says."""
    if "$ref" in schema:
        return faults(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, at)
    assert set(schema) <= KNOWN, f"{set(schema) - KNOWN} at {at}"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(value) is KINDS[kind] for kind in kinds):
        return [f"{at}: {value!r} is no {kinds}"]
    if isinstance(value, dict):
        return _object(value, schema, schemas, at)
    if isinstance(value, list):
        inside = [
            fault
            for number, each in enumerate(value)
            for fault in faults(each, schema["items"], schemas, f"{at}[{number}]")
        ]
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            inside.append(f"{at}: {len(value)} items")
        return inside
    if value and "format" in schema:
        read = date.fromisoformat if schema["format"] == "date" else datetime.fromisoformat
        read(value)
    return []


def _object(value: dict[str, Any], schema: Any, schemas: Any, at: str) -> list[str]:
    parts = schema["properties"]
    found = [f"{at}: {name} is missing" for name in schema["required"] if name not in value]
    found += [f"{at}: {name} is unknown" for name in value if name not in parts]
    for name in value.keys() & parts.keys():
        found += faults(value[name], parts[name], schemas, f"{at}.{name}")
    return found
