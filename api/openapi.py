"""The OpenAPI document: what Django Ninja writes about each operation, and what this project adds to all of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from .access import AnyOf
from .codes import (
    ANY_ADDRESS,
    CODES,
    EVERY,
    EVERY_POST,
    WITH_A_BODY,
    Raised,
    codes_of,
    declared_by,
    in_order,
)
from .once import HEADER, REPLAYED
from .problems import MEDIA_TYPE

SECURITY = "token"
KEY = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "description": "A new text for each action, such as a UUID or the number of your order. To try the same action"
    " again, send the same text. A UUID counts as the same in upper and lower case.",
    # No `format: uuid`: generated clients would take a UUID and put it into the header unchanged, which is an error.
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "example": "order-4711",
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Send the same request again after this number of seconds.",
        "schema": {"type": "integer"},
    }
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
REPLAY = {
    REPLAYED: {
        "description": "Present only where the key was used before: this is the first answer again.",
        "schema": {"enum": ["true"]},
    }
}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "An error (RFC 9457). Programs go by `code`, whose meaning never changes; `detail` is for people.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "The field of the request that the error is about."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {
            "type": "string",
            "description": "The id of your request in the log of this installation, to be quoted there.",
        },
        "earlier": {
            "type": "object",
            "description": "What the key of a `key_reused` did: the operation, and the id that it answered with.",
            "required": ["operation", "id"],
            "properties": {"operation": {"type": "string"}, "id": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        },
        "price": {
            "type": "object",
            "description": "What it costs now, of a `price_changed`.",
            "required": ["amount", "currency"],
            "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
        },
        "scope": {"type": "string", "description": "The scope that the token does not have."},
        "next": {
            "type": "object",
            "description": "The page on which a person can do something about the error.",
            "required": ["label", "url"],
            "properties": {"label": {"type": "string"}, "url": {"type": "string", "format": "uri-reference"}},
        },
    },
}


class WholeTruth(OpenAPISchema):
    """Ninja's document with, for each operation: its scope, its key header (POST) and every problem it can answer with.

    `answered` collects the codes of all operations. Codes that only pages show are not in it, nor in the document.
    """

    def get_paths(self) -> dict[str, Any]:
        self.answered = set(ANY_ADDRESS)
        return super().get_paths()

    def operation_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        parameters = super().operation_parameters(operation)
        for parameter in parameters:
            _without_null(parameter)
            if "examples" in parameter:  # ninja copies the list of the schema, and a parameter's examples are no list
                parameter["example"] = parameter.pop("examples")[0]
        return [*parameters, KEY] if _is_post(operation) else parameters

    def responses(self, operation: Operation) -> dict[Any, Any]:
        answers: dict[Any, Any] = super().responses(operation)
        if _is_post(operation):
            for answer in answers.values():
                answer["headers"] = REPLAY
        codes_here = _codes(operation)
        self.answered.update(codes_here)
        for status, codes in groupby(codes_here, key=lambda code: CODES[code].status):
            may_be_replayed = _is_post(operation) and status in (409, 422)
            answers[status] = _problem(status, list(codes), may_be_replayed=may_be_replayed)
        return answers

    def operation_security(self, operation: Operation) -> list[dict[str, Any]]:
        (allowed,) = operation.auth_callbacks
        assert isinstance(allowed, AnyOf)
        self.securitySchemes[SECURITY] = allowed.openapi_security_schema
        return [{SECURITY: [scope.code]} for scope in allowed.scopes] or [{SECURITY: []}]

    def get_components(self) -> dict[str, Any]:
        components = super().get_components()
        for schema in components["schemas"].values():
            _without_defaults(schema)
        components["schemas"]["Problem"] = _problem_with(in_order(self.answered))
        return components


def _codes(operation: Operation) -> list[str]:
    """The operation's codes: those that it declares, and those that follow from its method and body."""
    raised: list[Raised] = [*EVERY, *declared_by(operation.view_func)]
    if _is_post(operation):
        raised += EVERY_POST
    places = {model.__ninja_param_source__ for model in operation.models}
    if "body" in places:
        raised += WITH_A_BODY
    return in_order(code for each in raised for code in codes_of(each))


def _problem_with(codes: list[str]) -> dict[str, Any]:
    """The schema of a problem, with these codes as the possible values of `code`."""
    code = PROBLEM["properties"]["code"] | {"enum": codes}
    return PROBLEM | {"properties": PROBLEM["properties"] | {"code": code}}


def _is_post(operation: Operation) -> bool:
    return "POST" in operation.methods


def _problem(status: int, codes: list[str], *, may_be_replayed: bool) -> dict[str, Any]:
    headers = HEADERS.get(status, {}) | (REPLAY if may_be_replayed else {})
    answer: dict[str, Any] = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "x-codes": codes,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return answer | ({"headers": headers} if headers else {})


def _without_defaults(schema: dict[str, Any]) -> None:
    """Removes the defaults of an object's fields. Generators take a field with a default for one that must be sent."""
    for part in schema.get("properties", {}).values():
        part.pop("default", None)


def _without_null(parameter: dict[str, Any]) -> None:
    """Removes null from an optional parameter's types: an address has no null, the parameter is left out instead."""
    schema = parameter["schema"]
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        parameter["schema"] = {name: value for name, value in schema.items() if name != "anyOf"} | choices[0]
