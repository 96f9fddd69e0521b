"""The entry for new members in staff's menu, and its addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import ADMINISTRATORS
from payments.registration.queries import count_waiting
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("New members"), "staff:new_members", ADMINISTRATORS, waiting=count_waiting)]
STAFF_URLS = [
    path("new-members/", views.new_members, name="new_members"),
    path("new-members/<uuid:reference>/approve/", views.approve, name="approve_member"),
    path("new-members/<uuid:reference>/decline/", views.decline, name="decline_member"),
    path("new-members/<uuid:reference>/revoke/", views.revoke, name="revoke_invitation"),
]
