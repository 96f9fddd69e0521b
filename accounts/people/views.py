"""The pages My account and Profile. The pages for sign-in, passwords and two-factor come from django-allauth."""

from __future__ import annotations

from allauth.account.views import LoginView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from web.errors import TooManyTries

from .forms import ProfileForm, SignInForm
from .requests import SignedInRequest
from .security import security_of


class SignIn(LoginView):
    """allauth's view. After too many tries it answers 429, with the form as it was filled in."""

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if any(error.code == TooManyTries.code for error in form.errors.as_data().get("__all__", [])):
            answer.status_code = 429
        return answer


@login_required
@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    """Shows the user's account, with a link to change each part of it."""
    return render(request, "accounts/security.html", {"overview": security_of(request.user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})
