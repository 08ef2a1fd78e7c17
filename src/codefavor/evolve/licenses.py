"""Recognise the licence of a source tree from the texts that lie in it.

The texts are compared by phrases that only that licence has. What is not recognised has no licence, and a mixture is
named by all its parts; what may be used is the caller's decision.
"""

import re

LICENSE_NAMES = ("license", "licence", "copying", "unlicense", "copyright", "mit-license", "license-mit")
"""The names, before any suffix and in lower case, of files that hold a licence."""

PERMISSIVE = frozenset(
    {
        "apache-2.0",
        "mit",
        "mit-0",
        "bsd-2-clause",
        "bsd-3-clause",
        "0bsd",
        "isc",
        "psf-2.0",
        "unlicense",
        "cc0-1.0",
        "zlib",
        "bsl-1.0",
        "wtfpl",
    }
)
"""The SPDX identifiers, in lower case, of licences that ask for little more than attribution."""

_GRANT_OF_MIT = (
    "permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated"
)
_MIT_NOTICE = "the above copyright notice and this permission notice"
_BSD_CLAUSE_1 = "redistributions of source code must retain the above copyright"
_BSD_CLAUSE_3 = re.compile(r"(neither the names? of|the names? of).{0,200}(endorse or promote|contributors may)")
_BSD_CLAUSE_4 = "all advertising materials mentioning"

_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("agpl-3.0", ("gnu affero general public license",)),
    ("lgpl", ("gnu lesser general public license", "version")),
    ("lgpl", ("gnu library general public license",)),
    ("gpl", ("gnu general public license", "version")),
    ("mpl-2.0", ("mozilla public license", "2.0")),
    ("epl", ("eclipse public license",)),
    ("apache-2.0", ("apache license", "version 2.0")),
    ("psf-2.0", ("python software foundation license version 2",)),
    ("unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("cc0-1.0", ("cc0 1.0 universal",)),
    ("bsl-1.0", ("boost software license", "version 1.0")),
    ("zlib", ("altered source versions must be plainly marked as such",)),
    ("wtfpl", ("do what the fuck you want to public license",)),
    ("cc-by-nc", ("creative commons", "noncommercial")),
)


def recognise_licenses(text: str) -> frozenset[str]:
    """Return the SPDX identifiers, in lower case, of the licences whose text stands in `text`.

    The GNU licences are named without their version, since none of them is permissive.
    """
    words = " ".join(re.sub(r"[\"“”'‘’`*#>]", "", text).lower().split())
    found = {name for name, phrases in _PHRASES if all(phrase in words for phrase in phrases)}
    # The Apache text speaks of no other licence; the PSF text carries the GPL's name in its history.
    if "psf-2.0" in found:
        found -= {"gpl", "lgpl"}
    return frozenset(found | _mit_family(words) | _bsd_family(words))


def _mit_family(words: str) -> set[str]:
    if _GRANT_OF_MIT in words:
        return {"mit" if _MIT_NOTICE in words else "mit-0"}
    if "permission to use, copy, modify, and/or distribute this software for any purpose" in words or (
        "permission to use, copy, modify, and distribute this software for any purpose with or without fee" in words
    ):
        return {"isc" if "provided that the above copyright notice" in words else "0bsd"}
    return set()


def _bsd_family(words: str) -> set[str]:
    if _BSD_CLAUSE_1 not in words:
        return set()
    if _BSD_CLAUSE_4 in words:
        return {"bsd-4-clause"}
    return {"bsd-3-clause" if _BSD_CLAUSE_3.search(words) else "bsd-2-clause"}
