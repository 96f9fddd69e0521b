"""The forms of who manages products: a new one, its details, its prices, its barcodes and its happy hours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.money import Currency, Money, format_money
from ledger.models import Wallet
from shop.fields import CountField, OneLine, PercentField, is_one_line
from shop.sale_points.models import SalePoint
from web.fields import AmountField
from web.refusals import RefusableForm

from .models import HIGHEST_MINOR, Category, Product, Variant
from .service import barcode_in

LOCAL = "%Y-%m-%dT%H:%M"  # as browsers send a date and time
MOST_VARIANTS = 40
YEARS = range(2000, 3000)  # near the ends of what a date can be, another time zone is beyond them


class CategoryField(OneLine):
    """The name of a category. One that does not exist yet is made when the form is saved."""

    def __init__(self) -> None:
        super().__init__(label=_("Category"), required=False, max_length=40, help_text=_("Like Drinks or Snacks."))

    @staticmethod
    def saved(name: str) -> Category | None:
        return Category.objects.get_or_create(name=name)[0] if name else None


class PricedForm(RefusableForm):
    """A form with a price in the seller's currency."""

    price = AmountField()

    def __init__(self, *args: Any, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = self.fields["price"]
        price.currency, price.label, price.help_text = currency, _("Price"), currency.code  # type: ignore[attr-defined]

    def clean_price(self) -> Money:
        price: Money = self.cleaned_data["price"]
        if price > (highest := Money(HIGHEST_MINOR, price.currency)):
            text = _("A price is at most %(highest)s.") % {"highest": format_money(highest)}
            raise forms.ValidationError(text, code="price")
        return price


class _OfPrice(PricedForm):
    """What a revision has besides its price."""

    vat = PercentField(label=_("VAT"), required=False, help_text=_("In percent, included in the price."))
    deposit = forms.ModelChoiceField(
        label=_("Deposit"), queryset=Variant.objects.none(), to_field_name="reference", required=False
    )
    minimum_age = CountField(label=_("Minimum age"), required=False, help_text=_("In years."))

    def __init__(self, *args: Any, seller: Wallet, is_deposit: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, currency=seller.currency, **kwargs)
        deposits = Variant.objects.filter(product__seller=seller, product__kind=Product.Kind.DEPOSIT)
        self.fields["deposit"].queryset = deposits.select_related("product")  # type: ignore[attr-defined]
        if is_deposit or not self.fields["deposit"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["deposit"]

    def clean_minimum_age(self) -> int | None:
        age: int | None = self.cleaned_data["minimum_age"] or None
        if age is not None and age > 99:
            raise forms.ValidationError(_("Please write an age in years, up to 99."), code="age")
        return age

    @property
    def of_revision(self) -> dict[str, Any]:
        """The fields of the revision besides the price, by the names that the service takes."""
        typed = self.cleaned_data
        return {
            "vat_permille": typed["vat"],
            "deposit": typed.get("deposit"),
            "minimum_age": typed["minimum_age"],
        }


class PriceForm(_OfPrice):
    """A new price. `after` is the number of the revision that the page showed."""

    after = forms.IntegerField(widget=forms.HiddenInput, required=False)


class VariantForm(_OfPrice):
    name = OneLine(label=_("Name of the variant"), max_length=40, help_text=_("Like L, or raspberry."))
    field_order = ("name", "price")


class ListedForm(RefusableForm):
    """At which sale points a product is sold, and in which section of each: a box and a text for each sale point."""

    def __init__(self, *args: Any, listed: dict[int, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sale_points = list(SalePoint.objects.order_by("name"))
        for point in self.sale_points:
            self.fields[f"at_{point.pk}"] = forms.BooleanField(
                label=point.name, required=False, initial=point.pk in (listed or {})
            )
            self.fields[f"section_{point.pk}"] = OneLine(
                label=_("Section at %(place)s") % {"place": point.name},
                required=False,
                max_length=40,
                initial=(listed or {}).get(point.pk, ""),
            )

    @property
    def sections(self) -> dict[SalePoint, str | None]:
        typed = self.cleaned_data
        return {point: typed[f"section_{point.pk}"] if typed[f"at_{point.pk}"] else None for point in self.sale_points}


class ProductForm(_OfPrice):
    """A new product. Which sale points sell it is said on its own page."""

    name = OneLine(label=_("Name"))
    description = forms.CharField(
        label=_("Description"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    category = CategoryField()
    kind = forms.ChoiceField(label=_("Kind"), choices=Product.Kind.choices, initial=Product.Kind.GOODS)
    variants = forms.CharField(
        label=_("Variants"),
        required=False,
        max_length=2000,
        help_text=_("One on each line, like S, M and L. Leave it empty if there is only one."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_featured = forms.BooleanField(label=_("Featured: shown first"), required=False)
    field_order = ("name", "description", "category", "kind", "price", "vat", "deposit", "minimum_age")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Product.Kind.DEPOSIT and data.get("deposit"):
            self.add_error("deposit", forms.ValidationError(_("A deposit brings no other deposit."), code="deposit"))
        return data

    def clean_variants(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["variants"].splitlines() if line.strip()]
        if len(set(names)) < len(names):
            raise forms.ValidationError(_("Two variants have the same name."), code="variants")
        if not all(is_one_line(name) for name in names):
            raise forms.ValidationError(_("This has characters that cannot be stored."), code="unreadable")
        if len(names) > MOST_VARIANTS or any(len(name) > 40 for name in names):
            raise forms.ValidationError(_("At most 40 variants, with names of at most 40 letters."), code="variants")
        return names or [""]


class DetailsForm(RefusableForm):
    name = OneLine(label=_("Name"))
    description = forms.CharField(
        label=_("Description"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    category = CategoryField()
    is_featured = forms.BooleanField(label=_("Featured: shown first"), required=False)
    is_shown = forms.BooleanField(label=_("Shown, and sold"), required=False)


class PictureForm(RefusableForm):
    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, 2 MB at most. It is made small, and where it was taken is removed."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class RenameForm(RefusableForm):
    name = OneLine(label=_("Name of the variant"), required=False, max_length=40)


class BarcodeForm(RefusableForm):
    code = forms.CharField(
        label=_("Barcode"),
        max_length=80,
        help_text=_("Scan it here, or type the digits below it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = barcode_in(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("A barcode has 4 to 64 digits and letters."), code="barcode")
        return code


class HappyHourForm(PricedForm):
    starts_at = forms.DateTimeField(
        label=_("From"),
        input_formats=[LOCAL, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=LOCAL, attrs={"type": "datetime-local"}),
    )
    ends_at = forms.DateTimeField(
        label=_("Until"),
        input_formats=[LOCAL, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=LOCAL, attrs={"type": "datetime-local"}),
    )
    is_weekly = forms.BooleanField(label=_("Every week at this time"), required=False)
    sale_point = forms.ModelChoiceField(
        label=_("Sale point"),
        queryset=SalePoint.objects.order_by("name"),
        to_field_name="reference",
        required=False,
        empty_label=_("All sale points"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        for name, moment in (("starts_at", starts), ("ends_at", ends)):
            if moment and moment.year not in YEARS:
                self.add_error(name, _("Please write a year from 2000 to 2999."))
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It must end after it starts."))
        elif starts and ends and data.get("is_weekly") and (ends - starts).days >= 7:
            self.add_error("ends_at", _("What repeats every week lasts less than a week."))
        return data
