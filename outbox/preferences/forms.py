from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.kinds import known_topics
from web.refusals import RefusableForm

from .models import Choice

MONTHLY = [(Choice.AT_ONCE.value, _("once a month")), (Choice.NEVER.value, Choice.NEVER.label)]


class PreferencesForm(RefusableForm):
    """A choice for each topic. The names of the fields are the topics' codes."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, topic in known_topics.items():
            if topic.roles and user.role not in topic.roles:
                continue
            choices = MONTHLY if topic.is_monthly else Choice.choices
            self.fields[code] = forms.ChoiceField(label=str(topic.label), choices=choices)
