"""Mistakes in SQL and PL/pgSQL: another word, or a statement, check or case left out. Comments and messages stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .mutant import Mutant

SILENT = re.compile(r"--[^\n]*|^\s*(?:RAISE EXCEPTION|USING ERRCODE)[^\n]*|^#[^\n]*", re.MULTILINE)
WORDS = (  # the pattern of a word or operator, and its replacement
    (r"(?<![<>:=|])<=(?!>)", "<"),
    (r"(?<![<>:=@|])<(?![=>@])", "<="),
    (r"(?<![<>:=|])>=", ">"),
    (r"(?<![<>:=\-|])>(?![=>])", ">="),
    (r"<>", "="),
    (r"(?<= )=(?= )", "<>"),
    (r"(?<= )\+(?= )", "-"),
    (r"(?<= )-(?= )", "+"),
    (r"(?<= )-(?=\w)", ""),
    (r"(?<= )\*(?= )", "/"),
    (r"(?<= )/(?= )", "*"),
    (r"(?<= )%(?= )", "/"),
    (r"<@", "@>"),
    (r"\bAND\b", "OR"),
    (r"\bOR\b(?! REPLACE)", "AND"),
    (r"\bNOT (?!NULL|DISTINCT|IN\b|BETWEEN)", ""),
    (r"\bNOT (?=IN\b|BETWEEN)", ""),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bIS DISTINCT FROM\b", "IS NOT DISTINCT FROM"),
    (r"\bANY\b", "ALL"),
    (r"\bALL\b", "ANY"),
    (r"\bgreatest\b", "least"),
    (r"\bsum\b", "max"),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r" FOR NO KEY UPDATE\b", ""),
    (r" FOR UPDATE\b", ""),
    (r"\bSTRICT ", ""),
    (r" DESC\b", ""),
    (r"\bREVERSE ", ""),
    (r"(?<![\w.'^{])(?<!LIMIT )\d+(?![\w'])", "1 + {}"),  # not after LIMIT: INTO takes the first row anyway
    (r"'[a-z_]+(?: [a-z]+)?'", "'something else'"),
)
STEPS = re.compile(  # a whole statement on one line, also after THEN or ELSE
    r"(?:(?<=^)|(?<=THEN )|(?<=; )|(?<=ELSE ))[ ]*"
    r"((?:\w+(?:\[\w+\])? := |PERFORM |EXIT\b|CONTINUE\b|RETURN NEXT|UPDATE )[^;\n]*;)",
    re.MULTILINE,
)
CHECKS = re.compile(r"(?<!END )\b(?:ELS)?IF ([^;]+?) THEN\b")
CASES = re.compile(r"^[ ]*(?:CASE )?(WHEN [^\n]+ THEN '?\w+'?)(?=\n)", re.MULTILINE)


def mutants_of(path: str, source: str) -> list[Mutant]:
    """All mutants of `source`, in the order of the file."""
    found = [mutant for mutant in _mistakes(path, source) if not _is_silent(source, mutant)]
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.end, mutant.new))


def _mistakes(path: str, source: str) -> Iterator[Mutant]:
    for pattern, new in WORDS:
        for found in re.finditer(pattern, source):
            words = "(" + new.format(found[0]) + ")" if "{}" in new else new
            yield Mutant(path, *found.span(), words, "another word")
    for step in STEPS.finditer(source):
        yield Mutant(path, *step.span(1), "NULL;", "a step left out")
    for check in CHECKS.finditer(source):
        yield Mutant(path, *check.span(1), "false", "a check left out")
    for case in CASES.finditer(source):
        yield Mutant(path, *case.span(1), "WHEN false THEN NULL", "a case left out")


def _is_silent(source: str, mutant: Mutant) -> bool:
    if any(found.start() <= mutant.start < found.end() for found in SILENT.finditer(source)):
        return True
    return source[mutant.start : mutant.end].strip() in ("'{}'",) or _is_in_text(source, mutant)


def _is_in_text(source: str, mutant: Mutant) -> bool:
    """Whether the mutant is inside a quoted text; texts are only replaced as a whole."""
    line_start = source.rfind("\n", 0, mutant.start) + 1
    return source.count("'", line_start, mutant.start) % 2 == 1
