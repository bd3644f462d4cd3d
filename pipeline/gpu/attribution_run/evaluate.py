"""The quantised model beside its full-precision twin, on held-out samples with a fixed set of answers.

    logits[c]   log p(answer c | question)         a choice's tokens summed, or a classifier's classes
    answer      the largest, the first of equals
    gained      samples that the twin got wrong and the model right; lost the other way round
    mean KL     Σ_c p_c · (log p_c − log q_c) in nats, mean over samples; p the model's softmax, q the twin's

`evaluation.jsonl` holds every sample by its hash, so that all of it can be computed again:
pipeline/evaluate/evaluationFile.ts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from .adapter_modules import WEIGHTS_FILE
from .digest import digest_file, keccak256
from .errors import RunError
from .examples import Example, collate
from .gradients import Source, model_logits, out_of_memory
from .manifest import BaseModel
from .tasks import losses, require_labels

EVALUATION_FILE = "evaluation.jsonl"
EVALUATION_FORMAT = 1


@dataclass(frozen=True)
class Question:
    """A held-out sample.

    Attributes:
        sample: SHA-256 of the sample, which names it without telling it.
        choices: The question with each of its possible answers as labels; for a classifier one example, of any class.
        target: Which of them is right.
    """

    sample: str
    choices: Sequence[Example]
    target: int


@dataclass(frozen=True)
class Evaluation:
    """What a model, and its twin where there is one, made of the same questions. Logits are (n, answers), float64."""

    task: str
    config: Mapping[str, object]
    model_name: str
    model_hash: str
    twin_name: str | None
    twin_hash: str | None
    samples: Sequence[str]
    targets: np.ndarray
    model_logits: np.ndarray
    twin_logits: np.ndarray | None

    @staticmethod
    def of(
        questions: Sequence[Question],
        model_logits: np.ndarray,
        *,
        adapter: Path,
        base: BaseModel,
        task: str,
        config: Mapping[str, object],
        twin: tuple[str, np.ndarray] | None = None,
    ) -> Evaluation:
        """Of logits as `choice_logits` gives them: the model's, and the full-precision twin's with the twin's
        precision.

        The twin is the same adapter on the base in full precision. Of its two files it is named by the keccak256 of
        their keccak256s, in the order of their names, as the ledger names models of several files.
        """
        adapter_hash = digest_file(adapter / WEIGHTS_FILE)["keccak256"]
        digests = [(WEIGHTS_FILE, adapter_hash)] + [
            (name, digest["keccak256"]) for name, digest in base.weight_digests()
        ]
        twin_hash = keccak256(*(bytes.fromhex(text[2:]) for _, text in sorted(digests)))
        stored = "full precision" if base.quantisation is None else base.quantisation.scheme
        return Evaluation(
            task=task,
            config=config,
            model_name=f"{base.name}, {stored}, fine-tuned",
            model_hash=adapter_hash,
            twin_name=None if twin is None else f"{base.name}, {twin[0]}, fine-tuned",
            twin_hash=None if twin is None else twin_hash,
            samples=[question.sample for question in questions],
            targets=np.array([question.target for question in questions]),
            model_logits=model_logits,
            twin_logits=None if twin is None else twin[1],
        )

    def require_model(self, weights_hash: str) -> None:
        if self.model_hash != weights_hash:
            remedy = "Evaluate the adapter that is handed over."
            raise RunError(
                "evaluation", "it is of another adapter", remedy, found=self.model_hash, expected=weights_hash
            )

    def to_bytes(self) -> bytes:
        twin = None if self.twin_name is None else {"name": self.twin_name, "weightsHash": self.twin_hash}
        header = {
            "format": EVALUATION_FORMAT,
            "tool": "attribution-run 0.1.0",
            "model": {"name": self.model_name, "weightsHash": self.model_hash},
            "twin": twin,
            "task": self.task,
            "taskVersion": "",
            "config": dict(self.config),
            "metrics": ["acc"],
            "samples": len(self.samples),
        }
        lines = [header]
        for i, sample in enumerate(self.samples):
            target = int(self.targets[i])
            answer = None if self.twin_logits is None else _answer(self.twin_logits[i], target)
            lines.append(
                {"sample": sample, "target": target, "model": _answer(self.model_logits[i], target), "twin": answer}
            )
        return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines).encode()

    def summary(self) -> dict[str, object]:
        """The manifest's `evaluation`."""
        right = _answered(self.model_logits) == self.targets
        twin: dict[str, object] | None = None
        if self.twin_logits is not None:
            twin_right = _answered(self.twin_logits) == self.targets
            twin = {
                "accuracy": float(twin_right.mean()),
                "gained": int((right & ~twin_right).sum()),
                "lost": int((~right & twin_right).sum()),
                "meanKl": mean_kl(self.model_logits, self.twin_logits),
            }
        return {"task": self.task, "samples": len(self.samples), "accuracy": float(right.mean()), "twin": twin}


def mean_kl(model: np.ndarray, twin: np.ndarray) -> float:
    """Mean KL divergence (n, c) × (n, c) → nats of the model's answers from its twin's; never below zero."""
    p, q = _log_softmax(model), _log_softmax(twin)
    return max(0.0, float((np.exp(p) * (p - q)).sum(axis=1).mean()))


def choice_logits(
    source: Source, questions: Sequence[Question], batch_size: int = 8, progress: bool = True
) -> np.ndarray:
    """Log-probabilities (n, answers) float64 of the possible answers to every question."""
    counts = {len(question.choices) for question in questions}
    if len(questions) == 0 or (source.task.name == "causal-lm" and (len(counts) != 1 or min(counts) < 2)):
        remedy = "Give at least one question, all with the same number of answers, at least two."
        raise RunError("questions", "they do not offer a fixed set of answers", remedy, questions=len(questions))
    examples = [choice for question in questions for choice in question.choices]
    found = []
    was_training = source.model.training
    source.model.eval()
    try:
        with torch.no_grad(), tqdm(total=len(examples), desc="evaluation", unit="answer", disable=not progress) as bar:
            for start in range(0, len(examples), batch_size):
                part = examples[start : start + batch_size]
                with out_of_memory(part):
                    found.append(_log_probabilities(source, part, start))
                bar.update(len(part))
    finally:
        source.model.train(was_training)
    logits = np.concatenate(found)
    if not np.isfinite(logits).all():
        bad = int(np.argwhere(~np.isfinite(logits))[0][0])
        raise RunError(f"question {bad}", "an answer's log-probability is no number", "Compute in bfloat16 or float32.")
    return logits.reshape(len(questions), -1)


def _log_probabilities(source: Source, part: Sequence[Example], start: int) -> np.ndarray:
    batch = collate(part, source.pad_id, source.device)
    logits = model_logits(source.model)(batch)
    predicted, labels, rows = source.task.predictions(logits, batch)
    if source.task.name == "classification":
        values = torch.log_softmax(predicted.double(), dim=-1)
    else:
        require_labels(rows, len(part), start)
        values = -losses(predicted.double(), labels, rows, len(part))
    numbers: np.ndarray = values.cpu().numpy()
    return numbers


def _answer(logits: np.ndarray, target: int) -> dict[str, object]:
    return {"scores": [1 if int(_answered(logits)) == target else 0], "logits": [float(x) for x in logits]}


def _answered(logits: np.ndarray) -> np.ndarray:
    places: np.ndarray = logits.argmax(axis=-1)
    return places


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
