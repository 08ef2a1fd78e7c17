"""TRL's `messages`: a conversation for supervised fine-tuning of a judge.

The user shows both codes in the text that trained judges read, the assistant answers with the letter of the better one;
the better code stands on the side that a content-based coin gives. The conversation cannot be taken apart again (codes
may hold the section tags), so the whole pair travels beside it, and rows that others wrote are refused.
"""

from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, Show, side_of_chosen
from codefavor.pairs.pair import PreferencePair


class TrlMessages:
    """Rows of one conversation each."""

    name = "trl-messages"
    complete = False
    columns: dict[str, ColumnType] = {"messages": "messages"}

    def __init__(self, show: Show) -> None:
        """Use `show`, which makes the judge's text; it belongs to a package above this one."""
        self._show = show

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return nothing, for the pair itself travels in the row.

        Raises:
            ValueError: the row was not written by codefavor.
        """
        if "messages" not in row:
            raise ValueError("messages: Field required")
        return {}

    def row(self, pair: PreferencePair) -> Row:
        """Return the conversation."""
        labelled = pair.present(side_of_chosen(pair))
        comparison = labelled.comparison
        question = self._show(comparison.instruction, comparison.code_a, comparison.code_b, comparison.criterion.text)
        return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": labelled.label}]}
