"""X6: requests that another site makes in a person's browser, or that lie about where they were sent.

Nothing changes by GET or HEAD (`safe_methods.py`). A POST without the CSRF token, or from another site, is refused.
No address of this site leads to another one. No page and no letter names a host that the request made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from urllib.parse import quote, urlsplit

from django.conf import settings

from runtime.front import UPLOADS

from . import people, safe_methods, secret_links
from .addresses import Place, places
from .browser import Answer, Browser, Letter, sign_in
from .figure import Means, Result
from .fingerprint import changed, fingerprint
from .people import SIGNED_IN, STRANGER, forget_tries
from .references import made, path_of
from .safe_methods import WORKERS_OWN, finish_what_waits

EVIL = "evil.example"
ELSEWHERE = (
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"///{EVIL}/",
    f"////{EVIL}",
    f"\\\\{EVIL}",
    f"/\\{EVIL}/",
    f"\\/{EVIL}/",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"http:///{EVIL}",
    f"/\t/{EVIL}",
    f"\t//{EVIL}",
    f" //{EVIL}",
    f"\x01//{EVIL}",
    f"/%09/{EVIL}",
    f"/%5c{EVIL}",
    f"/%2f{EVIL}",
    f"//{EVIL}%2f..",
    f"//localhost@{EVIL}/",
    f"https://localhost:1@{EVIL}/",
    f"https://localhost.{EVIL}/",
    f"//{EVIL}#@localhost",
    f"/\r\nLocation: https://{EVIL}/",
    f"/%0d%0aLocation:%20https://{EVIL}/",
    f"javascript:location='https://{EVIL}'",
    f"data:text/html,<script>location='//{EVIL}'</script>",
    "https://ｅｖｉｌ.example/",
    f"/./\\{EVIL}",
    f"/..//{EVIL}/",
)
PARAMETERS = ("next", "url", "redirect", "redirect_to", "redirect_uri", "return", "return_to", "continue", "back")
# Views that take no session, or no form, so that another site gains nothing: they are exempt from the CSRF token.
TOKENS_ONLY = "api/"
# Of the JSON wallet, whose programs have a session and no CSRF token. The others there take JSON alone.
SIGNS_OUT = "api/logout"
STOPPED_BY_LINK = "outbox:stop_letters"  # mailboxes send this POST (RFC 8058): whoever has the link may
FORGED = {
    "Host": (
        EVIL,
        f"localhost.{EVIL}",
        f"localhost:1@{EVIL}",
        f"{EVIL}#localhost",
        "localhost:1337",
    ),
    "X-Forwarded-Host": (EVIL, f"{EVIL}, localhost"),
    "X-Forwarded-Server": (EVIL,),
    "X-Forwarded-Port": ("1337",),
    "X-Forwarded-Proto": ("http", "javascript"),
    "X-Forwarded-Prefix": (f"//{EVIL}",),
    "Forwarded": (f"host={EVIL};proto=http",),
    "X-Host": (EVIL,),
    "X-Original-Host": (EVIL,),
    "X-Original-URL": ("/admin/",),
    "X-Rewrite-URL": ("/admin/",),
    "X-Script-Name": (f"//{EVIL}",),
}


def attack(means: Means, result: Result) -> None:
    safe_methods.open_everything(means, result)
    without_token(means, result)
    open_redirects(means, result)
    forged_hosts(means, result)
    forged_letters(means, result)


def without_token(means: Means, result: Result) -> None:
    """Each page is posted to as another site would make a browser do it. Every such POST is refused."""
    references = made(means)
    finish_what_waits()
    before, sent = fingerprint(without=WORKERS_OWN), 0
    for role in SIGNED_IN:
        browser = people.browser(means, role)
        for place in places():
            if place.is_operation:
                continue
            posts = list(_forged_posts(means, browser, path_of(place, references)))
            for name, letter in means.some(posts, 3):
                [answer] = means.door.send([letter])
                sent += 1
                what = f"POST {place.name} {name} as {role} was answered {answer.status} and not refused"
                is_foreign = letter.headers.get("Origin", means.door.origin) != means.door.origin
                result.check(_is_refused(place, answer, is_foreign=is_foreign), what)
            if place.route == SIGNS_OUT:  # its POST of our own origin is no forgery; the next page needs the session
                browser = people.signed_in_again(means, role)
    tables = changed(before, fingerprint(without=WORKERS_OWN))
    result.check(not tables, f"forged POSTs changed {tables}")
    result.notes.append(f"{sent} forged POSTs")


def _forged_posts(means: Means, browser: Browser, path: str) -> Iterator[tuple[str, Letter]]:
    form = {"pin": means.cast.pin, "amount": "1.00", "recipient": means.cast.names["other"], "decision": "confirm"}
    whole = browser.form(path, form)
    body = "&".join(part for part in whole.body.decode().split("&") if not part.startswith("csrfmiddlewaretoken"))
    evil = f"https://{EVIL}"
    yield "without a token", replace(whole, body=body.encode())
    yield "with a wrong token", replace(whole, body=f"{body}&csrfmiddlewaretoken={'x' * 32}".encode())
    yield "from another origin", replace(whole, headers=whole.headers | {"Origin": evil, "Referer": f"{evil}/"})
    yield "from nowhere", replace(whole, headers=whole.headers | {"Origin": "null"})
    other_port = f"{means.door.origin.rpartition(':')[0]}:1"
    yield "from another port", replace(whole, headers=whole.headers | {"Origin": other_port})
    yield (
        "from plain HTTP",
        replace(whole, headers=whole.headers | {"Origin": means.door.origin.replace("https", "http")}),
    )
    no_origin = {name: value for name, value in whole.headers.items() if name not in ("Origin", "Referer")}
    yield "without a referer", replace(whole, headers=no_origin)
    yield "with another referer", replace(whole, headers=no_origin | {"Referer": f"{evil}/?{means.door.origin}"})


def _is_refused(place: Place, answer: Answer, *, is_foreign: bool) -> bool:
    """`is_foreign`: the browser said that another site made it send this."""
    if place.name == STOPPED_BY_LINK:
        return answer.status in (403, 404, 405)
    if place.route == SIGNS_OUT and not is_foreign:
        return answer.status == 200
    if place.route.startswith(TOKENS_ONLY):
        return answer.status in (401, 403, 404, 405, 415)
    if answer.status == 404:
        return _front_asks_first(place)  # before it reads a file; and for who has no such page there is none
    return answer.status in (403, 405)


def _front_asks_first(place: Place) -> bool:
    parts = f"/{place.route}".split("/")
    return any(
        len(parts) == len(pages) and all(fnmatchcase(part, page) for part, page in zip(parts, pages, strict=True))
        for pages in (upload.split("/") for upload in UPLOADS)
    )


def open_redirects(means: Means, result: Result) -> None:
    """Every page with every parameter that could name where to go on, and signing in with it."""
    references, redirects = made(means), 0
    for role, place in _everywhere(means):
        for target in means.some(ELSEWHERE, 4):
            query = "&".join(f"{name}={quote(target, safe='')}" for name in PARAMETERS)
            answer = people.browser(means, role).get(f"{path_of(place, references)}?{query}")
            redirects += bool(answer.location)
            _require_here(means, result, answer, f"GET {place.name} as {role} with {target!r}")
    for target in ELSEWHERE:
        _sign_in_and_on(means, result, target)
        for path in (target, f"/{target}"):
            answer = Browser(means.door).get(quote(path, safe="/\\:@#?%."))
            _require_here(means, result, answer, f"GET of the address {path!r}")
    result.notes.append(f"{redirects} redirects by {len(ELSEWHERE)} targets in {len(PARAMETERS)} parameters")


def _sign_in_and_on(means: Means, result: Result, target: str) -> None:
    """Signing in, out, and asking for the password again, with the target in the address and in the form."""
    forget_tries()
    browser = Browser(means.door)
    query = f"?next={quote(target, safe='')}"
    who = {"login": means.cast.names["target"], "password": means.cast.password("target")}
    for path, form in (
        ("/accounts/login/", who),
        ("/accounts/reauthenticate/", {"password": who["password"]}),
        ("/accounts/logout/", {}),
    ):
        for address, fields in ((path + query, form), (path, form | {"next": target})):
            answer = browser.post(address, fields)
            _require_here(means, result, answer, f"POST {path} with {target!r}")
            if path == "/accounts/login/" and address != path:
                result.check(answer.status == 302, f"signing in with next={target!r} does not work")
                browser = Browser(means.door)
        sign_in(browser, who["login"], who["password"])


def leads_elsewhere(location: str, origin: str) -> bool:
    """Whether a browser that follows this address leaves the origin (WHATWG's rules for what people type)."""
    cleaned = location.strip("".join(map(chr, range(33)))).translate({9: None, 10: None, 13: None}).replace("\\", "/")
    if cleaned.startswith(f"{origin}/") or cleaned in ("", origin):
        return False
    return cleaned.startswith("//") or bool(urlsplit(cleaned).scheme)


def _require_here(means: Means, result: Result, answer: Answer, what: str) -> None:
    result.check(not leads_elsewhere(answer.location, means.door.origin), f"{what} leads to {answer.location!r}")
    refresh = answer.header("Refresh").partition("=")[2]
    result.check(not leads_elsewhere(refresh, means.door.origin), f"{what} refreshes to {refresh!r}")
    names = [name for name, _ in answer.headers]
    result.check(names.count("Location") < 2, f"{what} made a header of its own")


def forged_hosts(means: Means, result: Result) -> None:
    """Every page, asked under a made-up host: the answer repeats it nowhere."""
    references = made(means)
    forged = [(name, value) for name, values in FORGED.items() for value in values]
    for role, place in _everywhere(means):
        for name, value in means.some(forged, 4):
            letter = people.browser(means, role).letter("GET", path_of(place, references), headers={name: value})
            [answer] = means.door.send([letter])
            what = f"GET {place.name} as {role} with {name}: {value}"
            result.check(answer.status < 500, f"{what} is answered {answer.status}")
            result.check(not _names_made_up(answer), f"{what} repeats it")


def _everywhere(means: Means) -> Iterator[tuple[str, Place]]:
    """Every page, each for a stranger, a member and an administrator."""
    for place in places():
        if not place.is_operation:
            yield from ((role, place) for role in (STRANGER, "member", "administrator"))


def _names_made_up(answer: Answer) -> bool:
    headers = " ".join(f"{value}" for _, value in answer.headers)
    return any(word in text for word in (EVIL, ":1337", "javascript://") for text in (headers, answer.text))


def forged_letters(means: Means, result: Result) -> None:
    """A password reset and an invitation are asked for under a made-up host: their links name this installation."""
    address, administrator = people.user(means, "target").email, people.browser(means, "administrator")
    first = len(means.letters(address))
    for headers in _forged_headers():
        forget_tries()
        before = len(means.letters(address))
        Browser(means.door).post("/accounts/password/reset/", {"email": address}, **headers)
        wrong = [text for text in means.letters(address)[before:] if not _links_here(text, means.door.origin)]
        result.check(not wrong, f"a letter asked for with {headers} names another host: {wrong[:1]}")
        page = administrator.post("/staff/new-members/", {"name": "attack"}, **headers)
        result.check(not _names_made_up(page), f"an invitation made with {headers} names another host")
    forget_tries()
    secret_links.reset_key(means)  # a letter without any forgery does come, and those before it have come as well
    late = [text for text in means.letters(address)[first:] if not _links_here(text, means.door.origin)]
    result.check(not late, f"a letter names another host: {late[:1]}")


def _forged_headers() -> Iterator[dict[str, str]]:
    """Each forged header alone, and with the origin that would fit it, if it were believed."""
    for name, values in FORGED.items():
        for value in values:
            yield {name: value}
            yield {name: value, "Origin": f"https://{value}", "Referer": f"https://{value}/"}


def _links_here(letter: str, origin: str) -> bool:
    """Whether every address in it is of this installation: as it was asked, or as its settings name it."""
    links = [word for word in letter.split() if "://" in word]
    return bool(links) and all(link.startswith((f"{origin}/", f"{settings.SITE_ADDRESS}/")) for link in links)
