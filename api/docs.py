"""The documentation of the JSON API: the OpenAPI document as JSON, and the same as a page without any script."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .access import known_scopes
from .codes import CODES
from .face import document, documented_codes
from .rates import READS, WRITES

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the page about a parameter, or a field of a body or an answer. `kind` is its type in a few words."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Body:
    """One form that the body of a request may have; some operations accept two. `example` is JSON."""

    about: str
    fields: list[Field]
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it. `about` is its description as safe HTML, `curl` a command to copy."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    scopes: list[str]  # one of them is enough; empty: any token will do
    parameters: list[Field]
    bodies: list[Body]
    answers: list[tuple[str, str, list[Field]]]  # status, its description, the fields of the body (none for a problem)
    curl: str


@csrf_exempt  # without this, a POST would be answered 403 for its missing cookie, and not 405
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document as JSON, for anybody; caches may keep it for five minutes."""
    return JsonResponse(document(), headers={"Cache-Control": "public, max-age=300"})


@csrf_exempt
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The documentation page, for anybody."""
    host = request.build_absolute_uri("/")[:-1]
    context = {
        "host": host,
        "topics": _topics(host),
        "codes": [(code, CODES[code].status, _marked(CODES[code].text)) for code in documented_codes()],
        "scopes": [(scope.code, scope.label) for scope in known_scopes.values()],
        "reads": READS.a_minute,
        "writes": WRITES.a_minute,
    }
    answer = render(request, "api/docs.html", context)
    answer.headers["Cache-Control"] = "private, no-cache"  # the page's header shows who is signed in
    return answer


def _topics(host: str) -> list[tuple[str, list[Operation]]]:
    """The operations of each topic (their first tag), in the order in which `wallet_site` added the routers."""
    topics: dict[str, list[Operation]] = {}
    for path, methods in document()["paths"].items():
        for method, found in methods.items():
            topics.setdefault(found["tags"][0], []).append(_operation(method, path, found, host))
    return list(topics.items())


def _operation(method: str, path: str, found: Schema, host: str) -> Operation:
    bodies = [_body(shape) for shape in _shapes(found)]
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        about=_marked(found.get("description", "")),
        scopes=[scope for allowed in found["security"] for scope in allowed["token"]],
        parameters=[
            Field(asked["name"], _kind(asked["schema"]), asked["required"], _marked(asked.get("description", "")))
            for asked in found["parameters"]
        ],
        bodies=bodies,
        answers=[
            (f"{status} {HTTPStatus(status).phrase}", _marked(answer["description"]), _answer_fields(answer))
            for status, answer in found["responses"].items()
        ],
        curl=_curl(method.upper(), host + path, bodies),
    )


def _shapes(found: Schema) -> list[Schema]:
    if "requestBody" not in found:
        return []
    schema = found["requestBody"]["content"]["application/json"]["schema"]
    return [_resolved(shape) for shape in schema.get("oneOf", [schema])]


def _body(shape: Schema) -> Body:
    example = {name: _example(schema) for name, schema in shape["properties"].items()}
    filled = {name: value for name, value in example.items() if value is not None}
    return Body(_marked(shape.get("description", "")), _fields(shape), json.dumps(filled))


def _example(schema: Schema) -> Any:
    """An example value. None for a nullable field (`anyOf`): it has a default and is left out of the example."""
    return None if "anyOf" in schema else _resolved(schema)["examples"][0]


def _answer_fields(answer: Schema) -> list[Field]:
    schema = answer["content"].get("application/json", {}).get("schema")
    return _fields(_resolved(schema)) if schema else []


def _fields(shape: Schema, within: str = "") -> list[Field]:
    """The fields of an object. Fields of objects within it are named like "paid.amount" or "entries[].seq"."""
    found = []
    for name, schema in shape["properties"].items():
        inner = _inner(schema)
        if "properties" in inner:
            found += _fields(inner, f"{within}{name}{'[]' if 'items' in schema else ''}.")
        else:
            required = name in shape.get("required", [])
            about = schema.get("description") or inner.get("description", "")
            found.append(Field(within + name, _kind(schema), required, _marked(about)))
    return found


def _inner(schema: Schema) -> Schema:
    """What a list is a list of, what may be null besides, or what a `$ref` points at; else the schema itself."""
    (only,) = [choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"]
    return _resolved(only.get("items", only))


def _kind(schema: Schema) -> str:
    """The type in a few words, such as "text (date-time)" or "GBP | USD"."""
    schema = _resolved(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(schema["enum"])
    kind = "text" if schema["type"] == "string" else str(schema["type"])
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _marked(text: str) -> str:
    """The text as safe HTML: escaped, and words in backticks marked as code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped first


def _resolved(schema: Schema) -> Schema:
    """The schema that a `$ref` points at, or the schema itself where it is none."""
    if "$ref" in schema:
        return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _curl(method: str, url: str, bodies: list[Body]) -> str:
    """A curl command with the first form of the body. The token and the id are shell variables."""
    lines = [f"curl {url.replace('{id}', '$ID').replace('{handle}', 'bob')}", '-H "Authorization: Bearer $TOKEN"']
    if method == "POST":
        lines[0] = lines[0].replace("curl", "curl -X POST", 1)
        lines.append('-H "Idempotency-Key: $(date +%s)"')
    if bodies:
        lines += ['-H "Content-Type: application/json"', f"-d '{bodies[0].example}'"]
    return " \\\n     ".join(lines)
