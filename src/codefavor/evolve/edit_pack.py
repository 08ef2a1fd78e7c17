"""EditPackFT and CommitPackFT rows as seeds: from JSON Lines, Parquet or the hub.

Both have the columns commit, old_file, old_contents, new_contents, message (or subject), lang, license and repos. Rows
pass the same filter as commits of a local repository.
"""

from collections.abc import Iterator
from typing import Any

from codefavor.errors import DataError
from codefavor.evolve.commit_filter import CommitFilter, reject, to_seed, why_not_license
from codefavor.evolve.commit_seed import CommitChange, CommitSeed
from codefavor.evolve.protocol import Discard
from codefavor.evolve.row_readers import read_table
from codefavor.languages.language import Language
from codefavor.languages.registry import canonical_name

_SPDX = {"bsd-2": "bsd-2-clause", "bsd-3": "bsd-3-clause", "bsd": "bsd-3-clause", "apache": "apache-2.0"}
_NEEDED = ("commit", "old_contents", "new_contents")


def read_edit_pack(source: str, rules: CommitFilter, language: Language) -> Iterator[CommitSeed | Discard]:
    """Yield for every row the seed in `language` it gives, or why it gives none.

    A row that names no language is taken to be in `language`.

    Raises:
        DataError: the source is unreadable, or a row lacks a column.
        MissingExtraError: the package that reads the source is not installed.
    """
    for number, row in read_table(source):
        missing = [name for name in _NEEDED if not isinstance(row.get(name), str)]
        if missing:
            raise DataError(f"{source}, row {number}: no text in column {missing[0]}")
        yield _seed(row, rules, language)


def _seed(row: dict[str, Any], rules: CommitFilter, language: Language) -> CommitSeed | Discard:
    if canonical_name(str(row.get("lang") or language.name)) != language.name:
        return reject(row["commit"], f"not {language.title}")
    license_name = str(row.get("license") or "").lower() or None
    change = CommitChange(
        source=str(row.get("repos") or "unknown").partition(",")[0],
        source_id=row["commit"],
        license=_SPDX.get(license_name, license_name) if license_name else None,
        message=str(row.get("message") or row.get("subject") or ""),
        path=str(row.get("new_file") or row.get("old_file") or f"code{language.suffixes[0]}"),
        before=row["old_contents"],
        after=row["new_contents"],
    )
    reason = why_not_license(change.license, rules)
    return reject(change.source_id, reason) if reason else to_seed(change, rules, language)
