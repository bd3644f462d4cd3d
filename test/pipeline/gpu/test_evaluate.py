"""The quantised model beside its twin: figures that follow from the logits, and NF4's numbers."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from attribution_run import BaseModel, Evaluation, Example, Quantisation, Question, RunError, choice_logits
from attribution_run.evaluate import mean_kl
from attribution_run.nf4 import LEVELS, round_trip
from tiny import save_tiny, tiny_source

QUESTIONS = [
    Question("ab" * 32, [Example([3, 5, answer], [-100, -100, answer]) for answer in (7, 8, 9)], target)
    for target in (0, 1, 2, 0)
]


def evaluation(folder: Path, model: list[list[float]], twin: list[list[float]] | None) -> Evaluation:
    base = BaseModel("tiny", "here", "1", "MIT", folder / "base", Quantisation("nf4", 4, False, 64))
    return Evaluation.of(
        QUESTIONS[: len(model)],
        np.array(model),
        adapter=folder / "adapter",
        base=base,
        task="tiny",
        config={},
        twin=None if twin is None else ("float32", np.array(twin)),
    )


class Evaluations(unittest.TestCase):
    def test_logits_are_log_probabilities_of_the_choices(self) -> None:
        source = tiny_source()
        logits = choice_logits(source, QUESTIONS[:1], batch_size=2, progress=False)
        all_logits = source.model.eval()(input_ids=torch.tensor([[3, 5]])).logits[0, -1]
        expected = torch.log_softmax(all_logits.double(), -1)[[7, 8, 9]].detach().numpy()
        np.testing.assert_allclose(logits[0], expected, atol=1e-5)

    def test_figures_follow_from_the_logits(self) -> None:
        model = [[1.0, 0, 0], [1.0, 0, 0], [0, 0, 1.0], [0, 2.0, 0]]
        twin = [[0, 1.0, 0], [0, 1.0, 0], [0, 0, 1.0], [3.0, 0, 0]]
        with tempfile.TemporaryDirectory() as name:
            save_tiny(Path(name))
            found = evaluation(Path(name), model, twin)
            lines = [json.loads(line) for line in found.to_bytes().decode().splitlines()]
        summary = found.summary()
        self.assertEqual((summary["samples"], summary["accuracy"]), (4, 0.5))
        paired = summary["twin"]
        assert isinstance(paired, dict)
        self.assertEqual((paired["accuracy"], paired["gained"], paired["lost"]), (0.75, 1, 2))
        self.assertEqual(lines[0]["samples"], 4)
        self.assertNotEqual(lines[0]["model"]["weightsHash"], lines[0]["twin"]["weightsHash"])
        twin = {"scores": [1], "logits": [3.0, 0.0, 0.0]}
        answers = {"model": {"scores": [0], "logits": [0.0, 2.0, 0.0]}, "twin": twin}
        self.assertEqual(lines[4], {"sample": "ab" * 32, "target": 0, **answers})

    def test_divergence_is_zero_of_itself_and_grows(self) -> None:
        logits = np.array([[0.0, 1.0], [2.0, -1.0]])
        self.assertEqual(mean_kl(logits, logits + 5), 0.0)
        self.assertLess(mean_kl(logits, logits * 1.1), mean_kl(logits, logits * 2))
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        self.assertAlmostEqual(mean_kl(logits, logits * 0), (p * np.log(2 * p)).sum(axis=1).mean())

    def test_questions_without_a_fixed_set_of_answers_are_refused(self) -> None:
        one = Question("00" * 32, QUESTIONS[0].choices[:1], 0)
        for questions in ([], [one], [QUESTIONS[0], one]):
            with self.subTest(len(questions)), self.assertRaisesRegex(RunError, "fixed set of answers"):
                choice_logits(tiny_source(), questions, progress=False)


class Nf4(unittest.TestCase):
    def test_levels_are_kept_and_others_go_to_the_nearest(self) -> None:
        levels = torch.tensor(LEVELS, dtype=torch.float64)
        torch.testing.assert_close(round_trip(levels * 3), levels * 3)
        weights = torch.randn(5, 37, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        found = round_trip(weights)
        flat, kept = weights.reshape(-1), found.reshape(-1)
        for start in range(0, len(flat), 64):
            block = flat[start : start + 64]
            nearest = (block[:, None] - levels * block.abs().max()).abs().min(dim=1).values
            torch.testing.assert_close((block - kept[start : start + 64]).abs(), nearest)

    def test_zeros_stay_zero_and_types_stay(self) -> None:
        self.assertEqual(round_trip(torch.zeros(3, 70, dtype=torch.bfloat16)).abs().max(), 0)
        self.assertEqual(round_trip(torch.ones(3, dtype=torch.bfloat16)).dtype, torch.bfloat16)


if __name__ == "__main__":
    unittest.main()
