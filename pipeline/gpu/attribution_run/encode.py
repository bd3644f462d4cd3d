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
        max_tokens: Texts are cut at their end; what stands around them, and labels, never.
        chat: Whether the prompt is a user's message in the tokenizer's chat template, up to where the answer begins.
    """

    tokenizer: Any
    task: TaskName
    classes: Mapping[str, int]
    template: str
    max_tokens: int
    chat: bool = False

    def __post_init__(self) -> None:
        if "{text}" not in self.template:
            raise RunError("template", "it has no place for the text", "Write {text} where the text stands.")
        if self.chat and getattr(self.tokenizer, "chat_template", None) is None:
            raise RunError("tokenizer", "it has no chat template", "Give the prompt as a template with {text}.")

    def example(self, item: Item) -> Example:
        if self.task == "classification":
            return Example(self._prompt(item.text, self.max_tokens), self._class_of(item.label))
        ending = self.tokenizer.eos_token_id
        answer: list[int] = self.tokenizer(item.label, add_special_tokens=False)["input_ids"]
        answer = answer if ending is None else [*answer, ending]
        room = self.max_tokens - len(answer)
        if room < 1:
            raise RunError("label", "it is longer than max_tokens", "Allow more tokens.", tokens=len(answer))
        kept = self._prompt(item.text, room)
        return Example([*kept, *answer], [*[IGNORED] * len(kept), *answer])

    def _prompt(self, text: str, room: int) -> list[int]:
        """The prompt in at most `room` tokens: what stands around the text whole, and as much of it as fits."""
        whole = self._tokens(text)
        if len(whole) <= room:
            return whole
        shortest = self._tokens("")
        if len(shortest) > room:
            remedy = "Allow more tokens (max_tokens), or shorten the template."
            raise RunError("template", "it leaves no room for a text", remedy, tokens=len(shortest), room=room)
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if len(self._tokens(text[:middle])) <= room:
                fits = middle
            else:
                too_long = middle
        return self._tokens(text[:fits])

    def _tokens(self, text: str) -> list[int]:
        if self.chat:
            message = [{"role": "user", "content": self.template.replace("{text}", text)}]
            prompt = self.tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True)
            # A chat template writes its special tokens itself.
            tokens: list[int] = self.tokenizer(prompt, add_special_tokens=False)["input_ids"]
        else:
            tokens = self.tokenizer(self.template.replace("{text}", text))["input_ids"]
        return tokens

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
