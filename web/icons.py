"""The template tag `{% lucide %}` with a cache for each icon and size.

Without the cache, lucide copies and serialises the icon's XML each time.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide

register = template.Library()
register.simple_tag(lru_cache(maxsize=256)(lucide), name="lucide")
