"""Labelled texts → examples, as the command line does it. A data set of another shape makes its own `Example`s.

causal-lm         the text in a template is the prompt, the label and an end token are what is predicted
classification    the text is classified, the label is a class of the model's configuration
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .contributions import Item
from .errors import RunError
from .evaluate import Question
from .examples import IGNORED, Example
from .tasks import TaskName


@dataclass(frozen=True)
class Encoder:
    """How texts become tokens.

    Attributes:
        tokenizer: A Transformers tokenizer.
        classes: label → class, for classification.
        template: Where the text stands in the prompt, as `{text}`.
        max_tokens: Texts are cut at their end, labels never.
    """

    tokenizer: Any
    task: TaskName
    classes: Mapping[str, int]
    template: str
    max_tokens: int

    def example(self, item: Item) -> Example:
        prompt: list[int] = self.tokenizer(self.template.replace("{text}", item.text))["input_ids"]
        if self.task == "classification":
            return Example(prompt[: self.max_tokens], self._class_of(item.label))
        ending = self.tokenizer.eos_token_id
        answer: list[int] = self.tokenizer(item.label, add_special_tokens=False)["input_ids"]
        answer = answer if ending is None else [*answer, ending]
        room = self.max_tokens - len(answer)
        if room < 1:
            raise RunError("label", "it is longer than max_tokens", "Allow more tokens.", tokens=len(answer))
        kept = prompt[:room]
        return Example([*kept, *answer], [*[IGNORED] * len(kept), *answer])

    def questions(self, items: Sequence[Item]) -> list[Question]:
        """Held-out items as questions whose possible answers are all labels that occur among them."""
        labels = (
            sorted(self.classes, key=self.classes.__getitem__) if self.classes else sorted({i.label for i in items})
        )
        if len(labels) < 2:
            raise RunError("held-out items", "all have one label", "Hold out items with at least two labels.")
        questions = []
        for item in items:
            target = self._class_of(item.label) if self.classes else labels.index(item.label)
            choices = [item] if self.task == "classification" else [Item(label, item.text) for label in labels]
            sample = hashlib.sha256(item.content).hexdigest()
            questions.append(Question(sample, [self.example(choice) for choice in choices], target))
        return questions

    def _class_of(self, label: str) -> int:
        found = self.classes.get(label)
        if found is None:
            known = ", ".join(self.classes)
            raise RunError(
                "label", f'"{label}" is no class of the model', "Set label2id in its config.json.", known=known
            )
        return found
