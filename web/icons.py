"""`{% lucide %}`, with every icon drawn once for each size: it is XML, copied and written out anew otherwise."""

from __future__ import annotations

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide

register = template.Library()
register.simple_tag(lru_cache(maxsize=256)(lucide), name="lucide")
