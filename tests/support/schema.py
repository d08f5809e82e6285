"""Holds an answer against the OpenAPI description: the part of JSON Schema 2020-12 that the description uses."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from server.transport.wire import Identifier, schema_hook

_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "uuid": UUID,
}
_KNOWN = {
    "$ref", "additionalProperties", "anyOf", "default", "description", "discriminator", "enum", "format", "items",
    "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minimum", "pattern", "prefixItems",
    "properties", "required", "title", "type",
}  # fmt: skip


def wrong(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "$") -> list[str]:
    """What in ``value`` is not as ``schema`` says; an answer may hold no more than is described."""
    unknown = set(schema) - _KNOWN
    if unknown:
        return [f"{at}: this checker does not know {sorted(unknown)}"]
    if "$ref" in schema:
        return wrong(value, resolve(schema["$ref"], document), document, at)
    if "anyOf" in schema:
        tries = [wrong(value, choice, document, at) for choice in schema["anyOf"]]
        return [] if [] in tries else [f"{at}: none of {len(tries)} choices", *min(tries, key=len)]
    found = []
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        return [f"{at}: {value!r} is no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if isinstance(value, str):
        found += _wrong_text(value, schema, at)
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        if schema.get("items") is False and len(value) > len(first):
            found.append(f"{at}: {len(value)} items")
        for index, item in enumerate(value):
            each = first[index] if index < len(first) else schema.get("items") or {}
            found += wrong(item, each, document, f"{at}[{index}]")
    if isinstance(value, dict):
        described = schema.get("properties", {})
        if len(value) > schema.get("maxProperties", len(value)):
            found.append(f"{at}: {len(value)} members")
        found += [f"{at}: lacks {name}" for name in schema.get("required", []) if name not in value]
        found += [f"{at}: {name} is not described" for name in value if described and name not in described]
        for name, member in value.items():
            found += wrong(member, described.get(name, {}), document, f"{at}.{name}")
    return found


def _wrong_text(value: str, schema: dict[str, Any], at: str) -> list[str]:
    found = []
    if "format" in schema:
        try:
            _FORMATS[schema["format"]](value)
        except ValueError:
            found.append(f"{at}: {value!r} is no {schema['format']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} does not match {schema['pattern']}")
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        found.append(f"{at}: {len(value)} characters")
    return found


def resolve(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    """What a ``$ref`` of the document points to. Raises KeyError."""
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


IDENTIFIER = schema_hook(Identifier)["description"]


def identifiers(document: dict[str, Any], path: str, method: str) -> tuple[set[str], set[str]]:
    """What names things in the address, and what does in the body, alone or in a list."""
    operation = document["paths"][path][method.lower()]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    choices = [resolve(one["$ref"], document) if "$ref" in one else one for one in body.get("anyOf", [body])]
    members = [member for one in choices for member in one.get("properties", {}).items()]
    query = {one["name"] for one in operation.get("parameters", ()) if IDENTIFIER in str(one["schema"])}
    return set(re.findall(r"{(\w+)}", path)) | query, {name for name, kind in members if IDENTIFIER in str(kind)}
