"""The forms of imports: the upload, the choices for one person or many, and the confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from conversion.money import CURRENCIES
from ledger.models import Wallet
from web.body_limit import LARGEST_UPLOAD
from web.forms import MoneyForm, PinForm
from web.refusals import RefusableForm

from .models import ImportRow

NAMES_OF_CURRENCIES = [(unit.code, f"{unit.code} – {unit.name}") for unit in CURRENCIES.values()]
MOST_FILES = 20


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files, each as its name and its bytes."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        files: list[UploadedFile] = data if isinstance(data, list) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("There are more than 20 files."), code="too_many")
        # One byte more would show that a file is too large; the body's own limit is the same.
        return [
            (str(file.name), file.read(LARGEST_UPLOAD))
            for file in (super(FilesField, self).clean(each) for each in files)
        ]


class ImportForm(MoneyForm):
    currency_code = forms.ChoiceField(
        label=_("Currency"), choices=NAMES_OF_CURRENCIES, help_text=_("The currency of the balances in the file.")
    )
    export = FilesField(
        label=_("Export"),
        help_text=_("An SQLite file, CSV files (one a table), or a zip file of those. At most 2 MB, 20 MB unpacked."),
    )


class ChoiceForm(RefusableForm):
    """What happens to one person."""

    action = forms.ChoiceField(label=_("What to do"), choices=ImportRow.Action.choices[1:])
    takes = forms.ChoiceField(label=_("Balance"), choices=ImportRow.Takes.choices, required=False)
    member = forms.CharField(
        label=_("Existing member"),
        required=False,
        max_length=254,
        help_text=_("The username, if this person is a member already."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class ManyForm(RefusableForm):
    """One choice for many people."""

    choice = forms.ChoiceField(
        label=_("For many at once"),
        choices=[
            ("take_recomputed", _("Where they differ: the balance that the transactions give")),
            ("take_claimed", _("Where they differ: the balance that the file claims")),
            ("register_owing", _("Who owes money: a new member who begins with this debt")),
            ("skip_problems", _("Leave out who has a problem")),
            ("skip_found", _("Leave out who is like a member")),
            ("skip_owing", _("Leave out who owes money")),
            ("skip_undecided", _("Leave out everybody who is not decided")),
        ],
    )


class _SellerField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Wallet) -> str:
        assert obj.owner is not None
        return f"{obj.owner.get_full_name()} @{obj.owner.username}"


class SellerForm(RefusableForm):
    """Who sells the products of an import here."""

    seller = _SellerField(
        label=_("Seller"),
        queryset=Wallet.objects.none(),
        to_field_name="reference",
        required=False,
        empty_label=_("Nobody: leave the products out"),
        help_text=_("A merchant with a wallet in the currency of the file."),
    )

    def __init__(self, *args: Any, sellers: QuerySet[Wallet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seller"].queryset = sellers  # type: ignore[attr-defined]


class ConfirmForm(PinForm):
    """`revision` is that of the choices that the person has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    field_order = ["revision", "pin"]

    def now_of(self, revision: int) -> None:
        """Makes a refused form confirm another revision when it is sent again."""
        self.data = {**self.data, "revision": str(revision)}
