"""The entry for mass payments in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [
    StaffPage(_("Mass payments"), "staff:mass_payments", OVERSEERS, covers_below=True),
]
STAFF_URLS = [
    path("mass-payments/", views.mass_payments, name="mass_payments"),
    path("mass-payments/<uuid:reference>/", views.mass_payment, name="mass_payment"),
    path("mass-payments/<uuid:reference>/cancel/", views.cancel_mass_payment, name="cancel_mass_payment"),
    path("mass-payments/<uuid:reference>/declined/", views.pay_declined, name="pay_declined"),
    path("mass-payments/<uuid:reference>/results.csv", views.mass_payment_results, name="mass_payment_results"),
]
