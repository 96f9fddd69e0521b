"""The OpenAPI document: what ninja knows of each operation, and what holds for all of them."""

from __future__ import annotations

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from .access import Scope
from .codes import CODES, by_status
from .once import HEADER, REPLAYED
from .problems import MEDIA_TYPE

SECURITY = "token"
KEY = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "description": "A new UUID for each thing you want done; the same one to try it again.",
    "schema": {"type": "string", "format": "uuid"},
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    503: {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
}
REPLAY = {REPLAYED: {"description": "Only where this is the answer of an earlier time.", "schema": {"enum": ["true"]}}}
PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `code` never changes its meaning; `detail` is for people.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": [*CODES]},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "The part of the request to which it belongs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "scope": {"type": "string", "description": "The scope that is missing."},
        "next": {
            "type": "object",
            "description": "The page on which a person can do something about it.",
            "required": ["label", "url"],
            "properties": {"label": {"type": "string"}, "url": {"type": "string", "format": "uri-reference"}},
        },
    },
}


class WholeTruth(OpenAPISchema):
    """Adds to each operation its scope, the header a POST needs, and every problem it can answer with."""

    def operation_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        parameters = super().operation_parameters(operation)
        for parameter in parameters:
            _without_null(parameter)
        return [*parameters, KEY] if _is_post(operation) else parameters

    def responses(self, operation: Operation) -> dict[Any, Any]:
        answers: dict[Any, Any] = super().responses(operation)
        if _is_post(operation):
            for answer in answers.values():
                answer["headers"] = REPLAY
        assert operation.operation_id is not None
        for status, codes in by_status(operation.operation_id).items():
            answers[status] = _problem(status, codes, may_be_replayed=_is_post(operation) and status in (409, 422))
        return answers

    def operation_security(self, operation: Operation) -> list[dict[str, Any]]:
        (scope,) = operation.auth_callbacks
        assert isinstance(scope, Scope)
        self.securitySchemes[SECURITY] = scope.openapi_security_schema
        return [{SECURITY: [scope.code]}]

    def get_components(self) -> dict[str, Any]:
        components = super().get_components()
        components["schemas"]["Problem"] = PROBLEM
        return components


def _is_post(operation: Operation) -> bool:
    return "POST" in operation.methods


def _problem(status: int, codes: list[str], *, may_be_replayed: bool) -> dict[str, Any]:
    headers = HEADERS.get(status, {}) | (REPLAY if may_be_replayed else {})
    answer: dict[str, Any] = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return answer | ({"headers": headers} if headers else {})


def _without_null(parameter: dict[str, Any]) -> None:
    """What may be left out of an address is left out; there is no null to write in it."""
    schema = parameter["schema"]
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        parameter["schema"] = {name: value for name, value in schema.items() if name != "anyOf"} | choices[0]
