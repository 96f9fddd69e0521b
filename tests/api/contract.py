"""The document of v1 as it was promised, and what would break a program that was written for it.

`python -m tests.api.contract` writes docs/openapi-v1.json anew. v1 may get operations, optional inputs, members of
answers, values of enumerations in answers, and codes. All else is a v2.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
COMMITTED = PROJECT / "docs" / "openapi-v1.json"
PRINT = """
import json, django
django.setup()
from django.test import Client
import wallet_site.urls
from api.face import document
print(json.dumps(document(), indent=1, ensure_ascii=False))
"""
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "wallet_site.settings",
    "SITE_ADDRESS": "https://wallet.example.org",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "SECRET_KEY": "-" * 32,
    "PIN_PEPPER": "-" * 32,
}
Schema = dict[str, Any]


def current() -> str:
    """The document without the tests' own app, as text. Another process makes it: settings are read once."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=PROJECT,
        env=kept | ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def breaking(old: Schema, new: Schema) -> list[str]:
    """What a program that was written for `old` would meet in `new`, one line each."""
    found = []
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                found.append(f"{method} {path} is gone")
            else:
                name = before["operationId"]
                found += [f"{name}: {what}" for what in _of_operation(before, after, old, new)]
    for code, told in old.get("webhooks", {}).items():
        if code not in new.get("webhooks", {}):
            found.append(f"event {code} is gone")
        else:
            before, after = _event_in(told), _event_in(new["webhooks"][code])
            found += _of_schema(before, after, old, new, code, is_answer=True)
    return found


def _event_in(webhook: Schema) -> Schema:
    return webhook["post"]["requestBody"]["content"]["application/json"]["schema"]


def _of_operation(before: Schema, after: Schema, old: Schema, new: Schema) -> Iterator[str]:
    if before["operationId"] != after["operationId"]:
        yield f"is called {after['operationId']}"
    if not all(allowed in after["security"] for allowed in before["security"]):
        yield "needs another scope"
    yield from _of_inputs(_parameters(before), _parameters(after), old, new)
    bodies = [found.get("requestBody", {}).get("content", {}).get("application/json") for found in (before, after)]
    if (bodies[0] is None) != (bodies[1] is None):
        yield "has a body or none, other than before"
    elif bodies[0] and bodies[1]:
        yield from _of_schema(bodies[0]["schema"], bodies[1]["schema"], old, new, "body", is_answer=False)
    for status, answer in before["responses"].items():
        if int(status) < 300:
            here = answer["content"]["application/json"]["schema"]
            there = after["responses"].get(status, {}).get("content", {}).get("application/json")
            if there is None:
                yield f"does not answer {status}"
            else:
                yield from _of_schema(here, there["schema"], old, new, f"{status}", is_answer=True)


def _parameters(found: Schema) -> Schema:
    """The operation's parameters as the schema of one object."""
    return {
        "type": "object",
        "properties": {asked["name"]: asked["schema"] for asked in found["parameters"]},
        "required": [asked["name"] for asked in found["parameters"] if asked["required"]],
    }


def _of_inputs(before: Schema, after: Schema, old: Schema, new: Schema) -> Iterator[str]:
    yield from _of_schema(before, after, old, new, "parameter", is_answer=False)


def _of_schema(before: Schema, after: Schema, old: Schema, new: Schema, at: str, *, is_answer: bool) -> Iterator[str]:
    before, after = _resolved(before, old), _resolved(after, new)
    for several in ("anyOf", "oneOf"):
        if several in before and several in after:
            pairs = zip(before[several], after[several], strict=False)
            for number, (one, other) in enumerate(pairs):
                yield from _of_schema(one, other, old, new, f"{at}|{number}", is_answer=is_answer)
    if _is_nullable(before) != _is_nullable(after) and (is_answer or _is_nullable(before)):
        yield f"{at} may be null, or may not, other than before"
    for rule in ("type", "format", "pattern", "const"):
        if before.get(rule) != after.get(rule):
            yield f"{at}: {rule} was {before.get(rule)} and is {after.get(rule)}"
    if not is_answer:
        yield from _of_bounds(before, after, at)
    if "items" in before:
        yield from _of_schema(before["items"], after.get("items", {}), old, new, f"{at}[]", is_answer=is_answer)
    for name, part in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            yield f"{at}.{name} is gone"
        else:
            yield from _of_schema(part, after["properties"][name], old, new, f"{at}.{name}", is_answer=is_answer)
    needed = set(before.get("required", ())), set(after.get("required", ()))
    for name in needed[0] - needed[1] if is_answer else needed[1] - needed[0]:
        yield f"{at}.{name} {'may be missing' if is_answer else 'is needed'}"


def _of_bounds(before: Schema, after: Schema, at: str) -> Iterator[str]:
    """What an input may no longer be."""
    for value in before.get("enum", ()):
        if "enum" in after and value not in after["enum"]:
            yield f"{at} may no longer be {value}"
    if "enum" in after and "enum" not in before:
        yield f"{at} has only some values"
    for most, sign in (("maxLength", 1), ("maxItems", 1), ("maximum", 1), ("minLength", -1), ("minimum", -1)):
        if most in after and sign * after[most] < sign * before.get(most, sign * float("inf")):
            yield f"{at}: {most} is {after[most]}"


def _is_nullable(schema: Schema) -> bool:
    return {"type": "null"} in schema.get("anyOf", ())


def _resolved(schema: Schema, document: Schema) -> Schema:
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


if __name__ == "__main__":
    COMMITTED.write_text(current())
    print(f"written: {COMMITTED.relative_to(PROJECT)}", json.loads(COMMITTED.read_text())["info"]["version"])
