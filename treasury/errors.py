"""Refusals of a file that staff upload."""

from __future__ import annotations

from conversion.errors import Refused, Text


class FileUnreadable(Refused):
    """The whole CSV file is refused; `code` says why."""

    field = "file"
    codes = {
        "file_too_large": "The file is larger than 1 MB.",
        "file_not_utf8": "The file is not in UTF-8.",
        "file_not_text": "The file is not text.",
        "file_quotes": "A quotation mark is not closed or is in the wrong place.",
        "file_without_columns": "The first line does not name the columns.",
        "file_unknown_column": "The first line names a column that is not known.",
        "file_column_twice": "The first line names a column twice.",
        "file_without_rows": "There are no rows below the first line.",
        "file_too_many_rows": "There are more than 10,000 rows.",
    }

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code
