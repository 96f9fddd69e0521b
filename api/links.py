"""Links in the OpenAPI document: which operations take the id that an answer has. Test programs follow them."""

from __future__ import annotations

import re
from typing import Any

Document = dict[str, Any]


def add_links(document: Document) -> None:
    """Adds links to every answer that has an object with an id, or a list of such objects.

    What POST to a collection answers with belongs to the addresses below the collection: a Transfer to /transfers/{id}.
    """
    paths = document["paths"]
    homes = {
        _schema_of(methods["post"], 201): path
        for path, methods in paths.items()
        if "post" in methods and f"{path}/{{id}}" in paths
    }
    for path, methods in paths.items():  # and what is made by none, but has addresses of its own, such as a delivery
        for found in methods.values():
            name = _schema_of(found, 200)
            if "/{id}" in path and "id" in document["components"]["schemas"].get(name, {}).get("properties", {}):
                homes.setdefault(name, path.partition("/{id}")[0])
    for methods in paths.values():
        for found in methods.values():
            for status in (200, 201):
                for name, place in _objects(document, _schema_of(found, status)):
                    if name in homes:
                        found["responses"][status]["links"] = _links(document, homes[name], place)


def _links(document: Document, home: str, place: str) -> dict[str, Any]:
    return {
        found["operationId"]: {"operationId": found["operationId"], "parameters": {"id": f"$response.body#{place}/id"}}
        for path, methods in document["paths"].items()
        if path.startswith(f"{home}/{{id}}")
        for found in methods.values()
    }


def _schema_of(found: Document, status: int) -> str:
    """The name of the schema that the operation answers with, or empty text."""
    answer = found["responses"].get(status, {})
    reference = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2]


def _objects(document: Document, name: str) -> list[tuple[str, str]]:
    """The schemas of the objects in an answer, each with its place in it as a JSON pointer."""
    properties = document["components"]["schemas"].get(name, {}).get("properties", {})
    listed = [
        (part["items"].get("$ref", "").rpartition("/")[2], f"/{field}/0")
        for field, part in properties.items()
        if "items" in part
    ]
    return [(re.sub("Now$", "", name), ""), *listed]
