"""Strict queries: a parameter that an operation does not define is refused, and so is one that comes twice.

Otherwise a misspelt filter would be ignored, and the answer would be the whole list.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.operation import Operation

from .problems import Problem


def refuse_others(operation: Operation) -> None:
    """Wraps the operation's function so that it runs only for a query of its own parameters, each at most once."""
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__")  # noqa: B009 - a name that mypy does not know
    }
    operation.view_func = _strict(operation.view_func, known)


def _strict(run: Callable[..., Any], known: set[str]) -> Callable[..., Any]:
    @wraps(run)
    def strict(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        errors = [
            {"field": name, "message": _("This parameter is unknown.") if name not in known else _("It came twice.")}
            for name, values in request.GET.lists()
            if name not in known or len(values) > 1
        ]
        if errors:
            raise Problem(status=422, code="invalid", detail=_("The address has a wrong parameter."), errors=errors)
        return run(request, *args, **kwargs)

    return strict
