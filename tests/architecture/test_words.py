"""One word for each concept, in names, pages, messages, SQL, the OpenAPI document and docs.

docs/glossary.md defines the words. Its third column lists other words that people search for, and is not checked here.
CHANGELOG and docs/FIGURES.md are not checked either: they quote earlier versions.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.test import SimpleTestCase

PROJECT = Path(__file__).resolve().parents[2]
READ = ("py", "sql", "html", "md", "thrift", "yml", "toml", "css", "wallet", ".ci/run", "Dockerfile")
NOT_READ = ("CHANGELOG.md", "docs/FIGURES.md", "timestamp_rpc/gen/", "tests/architecture/test_words.py")

INSTEAD = {  # the pattern of a word that must not be used → the word to use
    r"senders?": "payer, or source",
    r"recipients?": "payee, or target",
    r"counterparts?": "payer, payee, or other party",
    r"sets?[ _]((it|money|an amount|that)[ _])?aside": "hold, place a hold, on hold",
    r"offers?": "quote, or two-step payment",
    r"verdicts?": "result",
    r"judg(e|es|ed|ing|ements?)": "validate",
    r"dry[ _-]?runs?": "preview",
    r"fold(s|ed|ing)?": "settle",
    r"tails?": "pending entries",
    r"arriving": "pending",
    r"in_line|(stand|stood|wait)\w*[ _]in[ _]line|in line on": "lock, lock set",
    r"stamp(s|ed|ing)?": "timestamp of a transfer, signature of a seal",
    r"chores?": "job",
    r"houses?": "system (wallet), or this installation",
    r"mass[ _]?payouts?": "mass payment",
    r"puts?[ _]away|lets?[ _]it[ _]go|sa(y|ys|ying)[ _]no[ _]to": "cancel, release, decline",
    r"bec(a|o)me[ _]of": "result",
    r"reserv(e|es|ed|ing)": "hold, on hold (tickets alone are reserved)",
}
# The label Recipient, its field name and its address must stay: programs that fill in the pages rely on them.
LABEL = {"recipient"}
ALLOWED = {
    "api/problems.py": LABEL,
    "payments/errors.py": LABEL,
    "payments/holds/forms.py": LABEL,
    "payments/transfers/forms.py": LABEL,
    "payments/transfers/views.py": LABEL,
    "templates/payments/receipt.html": LABEL,
    "templates/payments/send.html": LABEL,
    "templates/staff/_mass_payment_rows.html": LABEL,
    "lab/torture/members.py": LABEL,
    "lab/torture/services.py": LABEL,
    "lab/attacks/confirmations.py": LABEL,
    "lab/attacks/forgeries.py": LABEL,
    "lab/attacks/people.py": LABEL,
    "lab/attacks/safe_methods.py": LABEL,
    "tests/browser/test_holds_and_refunds.py": LABEL,
    "tests/browser/test_main_job.py": LABEL,
    "tests/web/test_nul.py": LABEL,
    "tests/payments/test_pages.py": LABEL,
    "tests/payments/test_flooding.py": LABEL,
    "tests/wallet_site/test_too_many.py": LABEL,
    "treasury/mass_payments/files.py": LABEL,  # the old name of a CSV column, which is still accepted
    "tests/treasury/test_mass_files.py": LABEL,
    "treasury/json_wallet/texts.py": {"sender"},  # two texts that programs compare
    "tests/treasury/test_json_wallet.py": {"sender"},
    "docs/json-wallet.md": {"sender"},
    "docs/debugging.md": {"tail"},  # the shell command
    "wallet": {"dry-run"},  # an option of Django's makemigrations
    "templates/signed_in.html": {"house"},  # the name of an icon
    "runtime/old_schema.py": {"stamp"},  # an old name of a table
    "tests/runtime/test_old_schema.py": {"stamp"},
    # Columns of other systems' tables.
    "treasury/imports/strichliste.py": {"sender", "recipient"},
    "treasury/imports/kaffeekasse.py": {"sender", "stamp"},
    "tests/treasury/schemas.py": {"sender", "recipient", "stamp"},
    "tests/treasury/test_import_files.py": {"stamp"},
    "wallet_site/apps.py": {"sender"},  # a parameter of Django's signals
}


class Words(SimpleTestCase):
    def test_are_those_of_the_field(self) -> None:
        wrong = [
            f"{path}:{number}: “{word}”: say {instead}"
            for path, lines in texts()
            for number, line in enumerate(lines, start=1)
            for word, instead in said(line)
            if word.lower() not in ALLOWED.get(path, set())
        ]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_that_are_allowed_somewhere_are_said_there(self) -> None:
        files = dict(texts())
        for path, words in ALLOWED.items():
            with self.subTest(path):
                self.assertEqual({word.lower() for line in files[path] for word, _ in said(line)}, words)

    def test_of_the_openapi_document_are_too(self) -> None:
        document = json.dumps(self.client.get("/api/openapi.json").json())
        self.assertEqual(list(said(document)), [])

    def test_are_found_in_names_as_in_sentences(self) -> None:
        for line, words in (
            ("def judge_rows(sender: User) -> None:", ["sender", "judge"]),
            ("class MassPayoutTail:", ["Tail", "Mass_Payout"]),
            ("The house folds it.", ["folds", "house"]),
            ("payee, timestamp, detail, folder, household, for each in lines", []),
        ):
            with self.subTest(line):
                self.assertEqual(sorted(word for word, _ in said(line)), sorted(words))


def texts() -> Iterator[tuple[str, list[str]]]:
    """Every checked file as (path, lines). The path itself is the first line, so that file names are checked, too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    for path in listed:
        if path.endswith(READ) and not path.startswith(NOT_READ) and (PROJECT / path).exists():
            lines = (PROJECT / path).read_text().split("\n")
            yield path, [path, *(without_other_words(line) if path == "docs/glossary.md" else line for line in lines)]


def without_other_words(line: str) -> str:
    """A row of the glossary without its third column."""
    cells = line.split("|")
    return "|".join(cells[:3] + cells[4:]) if len(cells) > 4 else line


def said(line: str) -> Iterator[tuple[str, str]]:
    """The forbidden words in the line, each with the word to use. CamelCase names are split into their words."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", line)
    for pattern, instead in INSTEAD.items():
        for found in re.finditer(rf"(?<![a-z])(?:{pattern})(?![a-z])", apart, re.IGNORECASE):
            yield found[0], instead
