"""The documentation of the JSON face: the OpenAPI document as a page, without a script from anywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.models import ApiToken
from payments.api.codes import CODES
from payments.api.problems import title

from .api import document

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Body:
    """One shape a body may have; some operations know two."""

    about: str
    fields: list[Field]
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    parameters: list[Field]
    bodies: list[Body]
    answers: list[tuple[str, str, list[Field]]]  # status, what it means, the fields of a body that is no problem
    curl: str


@csrf_exempt  # it changes nothing, and a POST is to hear 405, not that its cookie is missing
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(), headers={"Cache-Control": "public, max-age=300"})


@csrf_exempt
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    host = request.build_absolute_uri("/")[:-1]
    context = {
        "about": document()["info"]["description"],
        "host": host,
        "topics": [(name, list(found)) for name, found in groupby(_operations(host), key=lambda found: found[0])],
        "codes": [(code, title(code), *meaning) for code, meaning in CODES.items()],
        "scopes": ApiToken.Scope.choices,
    }
    answer = render(request, "api/docs.html", context)
    answer.headers["Cache-Control"] = "private, no-cache"  # its head knows who is signed in
    return answer


def _operations(host: str) -> list[tuple[str, Operation]]:
    """Each with its topic, in the order in which the routers were gathered."""
    return [
        (found["tags"][0], _operation(method, path, found, host))
        for path, methods in document()["paths"].items()
        for method, found in methods.items()
    ]


def _operation(method: str, path: str, found: Schema, host: str) -> Operation:
    bodies = [_body(shape) for shape in _shapes(found)]
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        about=found.get("description", ""),
        scope=found["security"][0]["token"][0],
        parameters=[
            Field(asked["name"], _kind(asked["schema"]), asked["required"], asked.get("description", ""))
            for asked in found["parameters"]
        ],
        bodies=bodies,
        answers=[
            (f"{status} {HTTPStatus(status).phrase}", answer["description"], _answer_fields(answer))
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
    return Body(shape.get("description", ""), _fields(shape), json.dumps(filled))


def _example(schema: Schema) -> Any:
    """Only what must or should be said: None for what has a default of its own."""
    return None if "anyOf" in schema else schema["examples"][0]


def _answer_fields(answer: Schema) -> list[Field]:
    schema = answer["content"].get("application/json", {}).get("schema")
    return _fields(_resolved(schema)) if schema else []


def _fields(shape: Schema) -> list[Field]:
    required = shape.get("required", [])
    return [
        Field(name, _kind(schema), name in required, schema.get("description", ""))
        for name, schema in shape["properties"].items()
    ]


def _kind(schema: Schema) -> str:
    """In a few words, such as "text (date-time)", "list of Entry" or "GBP | USD"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if schema["type"] == "array":
        return f"list of {_kind(schema['items'])}"
    kind = "text" if schema["type"] == "string" else str(schema["type"])
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _resolved(schema: Schema) -> Schema:
    if "$ref" in schema:
        return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _curl(method: str, url: str, bodies: list[Body]) -> str:
    lines = [f"curl {url.replace('{id}', '$ID')}", '-H "Authorization: Bearer $TOKEN"']
    if method == "POST":
        lines[0] = lines[0].replace("curl", "curl -X POST", 1)
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if bodies:
        lines += ['-H "Content-Type: application/json"', f"-d '{bodies[0].example}'"]
    return " \\\n     ".join(lines)
