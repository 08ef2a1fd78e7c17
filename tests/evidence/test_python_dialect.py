"""What loading has to do of a candidate, apart from running it."""

import pytest

from codefavor.evidence.python_dialect import PYTHON


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("import os\nfrom math import pi as p\nx = 1\nimport sys", "import os\nfrom math import pi as p"),
        ("'''Says so.'''\n\nimport os", "import os"),
        ("x = 1\nimport numpy", ""),
        ("print(1)\nimport numpy", ""),
        ("(y := 1)\nimport numpy", ""),
        ("try:\n    import numpy\nexcept ImportError:\n    pass", ""),
        ("def ](", ""),
    ],
)
def test_only_imports_before_anything_else_are_explained(code: str, imports: str) -> None:
    *lines, last = PYTHON.unrun(code).splitlines()
    assert "\n".join(lines) == imports
    assert last == f"compile({code!r}, '<candidate>', 'exec', dont_inherit=True)"
