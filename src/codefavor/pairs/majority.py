"""The majority of several people's choices, with ties as the paper seems to count them. It knows no weights.

The paper states neither rule. That ties are dropped when a vote for a side exists is inferred from its Figure 11, where
tie, B, tie is recorded as B; that an undecided majority scores one half is stated (section 3.2).
"""

from collections import Counter
from collections.abc import Iterable

from codefavor.pairs.comparison import Choice


def majority(choices: Iterable[Choice]) -> Choice:
    """Return the side with more votes; "tie" where both have as many, be it none.

    Raises:
        ValueError: nobody voted.
    """
    counted = Counter(choices)
    if not counted:
        raise ValueError("there is no majority of no votes")
    if counted["A"] == counted["B"]:
        return "tie"
    return "A" if counted["A"] > counted["B"] else "B"
