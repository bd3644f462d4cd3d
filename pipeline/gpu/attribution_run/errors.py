"""The one error that this package raises on purpose."""

from __future__ import annotations


class RunError(Exception):
    """Something that a run must not be made of: where, what is wrong, what to do, and the numbers.

    Attributes:
        where: The file, argument or module that is at fault.
        remedy: A sentence that says what to do.
        facts: What was found and what was expected.
    """

    def __init__(self, where: str, what: str, remedy: str, **facts: object) -> None:
        self.where = where
        self.remedy = remedy
        self.facts = facts
        numbers = ", ".join(f"{name} {value}" for name, value in facts.items())
        super().__init__(f"{where}: {what}{f' ({numbers})' if numbers else ''}. {remedy}")
