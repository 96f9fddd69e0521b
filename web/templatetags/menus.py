"""Template tags for menus."""

from __future__ import annotations

from typing import Any

from django import template

from web.menus import staff_pages

register = template.Library()


@register.inclusion_tag("components/staff_links.html", takes_context=True)
def staff_links(context: dict[str, Any]) -> dict[str, Any]:
    """Renders the links to the staff pages that the user's role may open."""
    request = context["request"]
    pages = [page for page in staff_pages if request.user.role in page.roles]
    return {"links": [(page, page.is_at(request.path), page.waiting()) for page in pages]}
