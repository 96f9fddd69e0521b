"""What is in a letter, and the one frame in which every letter of this site is sent: as text, and the same as HTML.

Words that people typed are *fenced*: they cannot look like a link, and end where they end. No mailbox makes an address
of them, so nobody can send a stranger a letter of ours with a link of theirs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .mails import Letter

LINK = re.compile(r"https?://\S+")
PART_OF_AN_ADDRESS = re.compile(r"(?<=\w)([.@:\u3002\uff0e\uff61])(?=[\w/])")  # with the dots of other scripts
JOINERS = "\u200c\u200d"  # invisible, but names in Persian or Hindi are written with them
NO_LINK, ISOLATE, END = "\u2060", "\u2068", "\u2069"  # WORD JOINER; FIRST STRONG ISOLATE and its end


class Typed(str):
    """Words that a person typed. In a letter they are fenced."""

    __slots__ = ()


Words = str | Promise


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list in a letter: what, who, and how much."""

    when: str
    what: Words
    who: Words = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """A letter, whatever it looks like. Addresses in it are whole, with the name of the site.

    `words` are paragraphs with an empty line between them; addresses of this site in them become links. `facts` are
    labels with what they stand for, `lines` a list under `lines_title`. `link` is the label and the address of the
    button. `closing` comes at the end, as "Was it not you?", and `why` in the foot: why the person gets this letter.
    `stop` is the address at which such letters are stopped, and `choose` the page of all choices.
    """

    subject: Words
    words: Words = ""
    facts: tuple[tuple[Words, Words], ...] = ()
    lines_title: Words = ""
    lines: tuple[Line, ...] = ()
    link: tuple[Words, str] | None = None
    closing: Words = ""
    why: Words = ""
    stop: str = ""
    choose: str = ""


def address_of(page: str, *args: object) -> str:
    """The whole address of a page of this site."""
    return settings.SITE_ADDRESS + reverse(page, args=args)


def about_security(contents: Contents, *, by_staff: bool = False) -> Contents:
    """The letter with what to do if something is wrong. `by_staff`: another person did it, as staff."""
    whom = settings.CONTACT or _("an administrator")
    if by_staff:
        closing = _("Is this not right? Please ask %(whom)s.") % {"whom": whom}
    else:
        closing = _(
            "Was it not you? Change your password at once, and look at your devices and programs under My account:\n"
            "%(link)s\n\nIf you cannot sign in, ask %(whom)s."
        ) % {"link": address_of("security"), "whom": whom}
    return replace(contents, closing=closing, why=_("It is about the security of your account, so it is always sent."))


def write(contents: Contents, *, user: int | None, address: str, kind: str, key: str | None = None) -> int:
    """Writes the letter to one address, as a row that waits to be sent. Returns how many were written.

    That is 0 where a letter with this key is there already. `user` and `kind` are those of `events.mails.Letter`.
    """
    return letter(contents, user=user, address=address, kind=kind, key=key).send()


def letter(
    contents: Contents, *, user: int | None, address: str, kind: str, key: str | None = None, origin: str = ""
) -> Letter:
    """The letter as it will be sent. `origin` is the beginning of addresses that are ours, besides SITE_ADDRESS."""
    headers = {}
    if contents.stop:  # RFC 8058: the mailbox's own button sends a POST there
        headers = {"List-Unsubscribe": f"<{contents.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    made = Letter(
        " ".join(str(contents.subject).split()),
        in_text(contents),
        to=[address],
        user=user,
        kind=kind,
        key=key,
        headers=headers,
    )
    made.attach_alternative(in_html(contents, origin=origin), "text/html")
    return made


def in_text(contents: Contents) -> str:
    text = render_to_string("events/letter.txt", _context(contents, _text, facts_as=_text))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def in_html(contents: Contents, *, origin: str = "") -> str:
    ours = tuple(f"{place.rstrip('/')}/" for place in (settings.SITE_ADDRESS, origin) if place)

    def paragraphs(words: Words) -> list[SafeString]:
        return [_linked(paragraph, ours) for paragraph in re.split(r"\n\s*\n", str(words).strip()) if paragraph]

    return render_to_string("events/letter.html", _context(contents, paragraphs, facts_as=_html))


def fenced(words: str) -> str:
    """The words without invisible characters, and so that no mailbox makes a link of a part of them."""
    seen = "".join(each for each in words if unicodedata.category(each)[0] != "C" or each in JOINERS)
    return PART_OF_AN_ADDRESS.sub(rf"\1{NO_LINK}", seen)


def _context(contents: Contents, prose: object, *, facts_as: object) -> dict[str, object]:
    assert callable(prose)
    assert callable(facts_as)
    return {
        "site_name": settings.SITE_NAME,
        "site": settings.SITE_ADDRESS,
        "letter": contents,
        "words": prose(contents.words),
        "closing": prose(contents.closing),
        "facts": [(label, facts_as(value)) for label, value in contents.facts],
        "lines": [(line, facts_as(line.who)) for line in contents.lines],
    }


def _text(words: Words) -> str:
    return f"{ISOLATE}{fenced(words)}{END}" if isinstance(words, Typed) else str(words)


def _html(words: Words) -> SafeString:
    if isinstance(words, Typed):
        return format_html("<bdi>{}</bdi>", fenced(words))
    return conditional_escape(str(words))


def _linked(paragraph: str, ours: Iterable[str]) -> SafeString:
    """The paragraph as HTML, in which addresses of this site are links."""
    parts, end = [], 0
    for found in LINK.finditer(paragraph):
        if found[0].startswith(tuple(ours)):
            parts += [_escaped(paragraph[end : found.start()]), format_html('<a href="{0}">{0}</a>', found[0])]
            end = found.end()
    return mark_safe("".join([*parts, _escaped(paragraph[end:])]))  # noqa: S308 - every part is escaped


def _escaped(text: str) -> SafeString:
    lines = [conditional_escape(line) for line in text.split("\n")]
    return mark_safe("<br>".join(lines))  # noqa: S308 - every line is escaped
