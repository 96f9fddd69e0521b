"""Examples in the OpenAPI document: one for every field, every answer and every error."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from .codes import CODES
from .problems import title

Document = dict[str, Any]

OF_FORMATS = {
    "uuid": "5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10",
    "date-time": "2026-03-01T12:00:00Z",
    "date": "2026-03-01",
}
OF_TYPES: dict[str, Any] = {"integer": 1, "boolean": False, "object": {}}


def add_examples(document: Document) -> None:
    """Adds an example to every answer. Examples of single fields are with the fields (`api/fields.py`)."""
    schemas = document["components"]["schemas"]
    for methods in document["paths"].values():
        for found in methods.values():
            for answer in found["responses"].values():
                for content in answer["content"].values():
                    if content["schema"].get("$ref", "").endswith("/Problem"):
                        content["examples"] = {code: {"value": _problem(code)} for code in answer["x-codes"]}
                    else:
                        content["example"] = example_of(content["schema"], schemas)


def example_of(schema: Document, schemas: Document) -> Any:
    """An example value of a schema: its own one, or one made of the examples of its parts. Raises KeyError without."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return example_of(next(choice for choice in schema["anyOf"] if choice.get("type") != "null"), schemas)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)]
    if "properties" in schema:
        return {name: example_of(part, schemas) for name, part in schema["properties"].items()}
    return OF_FORMATS[schema["format"]] if "format" in schema else OF_TYPES[schema["type"]]


def _problem(code: str) -> Document:
    meaning = CODES[code]
    return {
        "type": f"{settings.SITE_ADDRESS}/api/docs#{code}",
        "title": title(code),
        "status": meaning.status,
        "code": code,
        "detail": meaning.text,
        "request_id": "5c1d0e7a",
    }
