"""Projected gradients against gradients that torch computes whole, one row at a time."""

from __future__ import annotations

import unittest

import numpy as np
import torch
from attribution_run import Classification, Example, RunError, Source
from attribution_run.gradients import (
    loss_gradients,
    principal_projection,
    require_finite,
    require_rows_apart,
    row_gradients,
)
from attribution_run.projection import Projector, draw_random, projected_sides, shape_modules
from peft import LoraConfig, get_peft_model
from tiny import VOCABULARY, adapted, base_model, tiny_rows, tiny_source
from transformers import LlamaConfig, LlamaForSequenceClassification


def whole_gradients(source: Source, example: Example) -> dict[str, np.ndarray]:
    """∂ −log p(labels) of one row with respect to every factor, by plain backpropagation."""
    factors = source.factors()
    ids = torch.tensor([list(example.input_ids)])
    logits = source.model(input_ids=ids).logits
    if isinstance(example.labels, int):
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor([example.labels]), reduction="sum")
    else:
        following = torch.tensor(list(example.labels)[1:])
        loss = torch.nn.functional.cross_entropy(logits[0, :-1], following, ignore_index=-100, reduction="sum")
    gradients = torch.autograd.grad(loss, [factor.linear.weight for factor in factors])
    return {factor.name: g.numpy() for factor, g in zip(factors, gradients, strict=True)}


def projected_by_hand(projector: Projector, whole: dict[str, np.ndarray]) -> np.ndarray:
    matrices = projector.projection.matrices
    parts = []
    for module in projector.projection.modules:
        left = matrices.get(f"{module['name']}.left", np.eye(module["left"]["size"]))
        right = matrices.get(f"{module['name']}.right", np.eye(module["right"]["size"]))
        parts.append((left @ whole[module["name"]] @ right.T).ravel())
    return np.concatenate(parts)


class ProjectedGradients(unittest.TestCase):
    def assert_as_by_hand(self, source: Source, rows: list[Example], width: int) -> None:
        projector = Projector(draw_random(shape_modules(source.factors(), width), 7), source.device)
        u, _ = row_gradients(source, projector, rows, 0, 1)
        by_hand = np.stack([projected_by_hand(projector, whole_gradients(source, row)) for row in rows])
        self.assertEqual(u.shape, (len(rows), projector.projection.width))
        np.testing.assert_allclose(u, by_hand, rtol=1e-5, atol=1e-6)

    def test_of_a_language_model_are_those_of_each_row_alone(self) -> None:
        for width in (8, 100, 300, 10_000):
            with self.subTest(width=width):
                self.assert_as_by_hand(tiny_source(torch.float64), tiny_rows(5), width)

    def test_of_a_classifier_are_those_of_each_row_alone(self) -> None:
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2,
            num_labels=3, pad_token_id=0,
        )  # fmt: skip
        lora = LoraConfig(r=2, target_modules=["v_proj"], task_type="SEQ_CLS", init_lora_weights=False)
        model = get_peft_model(LlamaForSequenceClassification(config), lora).double().eval()
        rows = [Example(row.input_ids, i % 3) for i, row in enumerate(tiny_rows(4))]
        self.assert_as_by_hand(Source(model, Classification(), 0), rows, 64)

    def test_whole_sides_have_no_matrix_and_no_error(self) -> None:
        source = tiny_source(torch.float64)
        shapes = shape_modules(source.factors(), 10**6)
        self.assertEqual(projected_sides(shapes), [])
        row = tiny_rows(1)
        u, _ = loss_gradients(source, Projector(draw_random(shapes, 1), source.device), row)
        whole = np.concatenate([g.ravel() for g in whole_gradients(source, row[0]).values()])
        np.testing.assert_allclose(u[0], whole, rtol=1e-5, atol=1e-7)

    def test_leave_the_model_as_it_was(self) -> None:
        source = tiny_source()
        source.model.train()
        for parameter in source.model.parameters():
            parameter.requires_grad_(False)
        projector = Projector(draw_random(shape_modules(source.factors(), 64), 1), source.device)
        row_gradients(source, projector, tiny_rows(2), 0, 1)
        self.assertTrue(source.model.training)
        self.assertFalse(any(p.requires_grad or p.grad is not None for p in source.model.parameters()))
        self.assertFalse(any(f.linear._forward_hooks for f in source.factors()))


class SampledGradients(unittest.TestCase):
    def test_average_to_the_true_fisher(self) -> None:
        """E[v vᵀ] over labels drawn from the model, against the sum over all labels weighted by their probability."""
        source = tiny_source(torch.float64)
        ids = [3, 5, 7]
        row = Example(ids, [-100, -100, 7])
        projector = Projector(draw_random(shape_modules(source.factors(), 24), 3), source.device)
        probabilities = torch.softmax(source.model(input_ids=torch.tensor([ids])).logits[0, 1], -1).detach().numpy()
        of_label = [
            loss_gradients(source, projector, [Example([*ids[:2], y], [-100, -100, y])])[0][0].astype(np.float64)
            for y in range(VOCABULARY)
        ]
        fisher = sum(p * np.outer(g, g) for p, g in zip(probabilities, of_label, strict=True))
        draws = 4000
        v = row_gradients(source, projector, [row] * draws, 0, 11)[1].astype(np.float64)
        difference = np.linalg.norm(v.T @ v / draws - fisher) / np.linalg.norm(fisher)
        self.assertLess(difference, 0.08)
        self.assertLess(np.linalg.norm(v.mean(axis=0)) ** 2, 0.01 * np.trace(fisher))

    def test_are_the_same_whatever_the_batches_are(self) -> None:
        source = tiny_source(torch.float64)
        projector = Projector(draw_random(shape_modules(source.factors(), 64), 1), source.device)
        rows = tiny_rows(6)
        together = row_gradients(source, projector, rows, 0, 5)[1]
        apart = np.concatenate([row_gradients(source, projector, [row], i, 5)[1] for i, row in enumerate(rows)])
        np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-7)
        self.assertGreater(np.abs(together - row_gradients(source, projector, rows, 0, 6)[1]).max(), 0.01)


class PrincipalBases(unittest.TestCase):
    def test_keep_more_of_the_gradients_than_random_ones(self) -> None:
        source = tiny_source()
        rows = tiny_rows(60)
        whole = np.stack([np.concatenate([g.ravel() for g in whole_gradients(source, r).values()]) for r in rows])
        shapes = shape_modules(source.factors(), 64)
        kept = {}
        for basis in ("random", "principal"):
            made = (
                draw_random(shapes, 1)
                if basis == "random"
                else principal_projection(source, shapes, rows, 8, 1, lambda _done: None)
            )
            u, _ = loss_gradients(source, Projector(made, source.device), rows)
            exact, found = whole @ whole.T, u @ u.T
            kept[basis] = np.corrcoef(exact[~np.eye(60, dtype=bool)], found[~np.eye(60, dtype=bool)])[0, 1]
        self.assertGreater(kept["principal"], kept["random"])
        self.assertGreater(kept["principal"], 0.8)

    def test_have_orthonormal_rows_even_where_nothing_flows(self) -> None:
        source = tiny_source()
        shapes = shape_modules(source.factors(), 200)
        made = principal_projection(source, shapes, tiny_rows(1), 1, 1, lambda _done: None)
        for matrix in made.matrices.values():
            np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-5)


class Refusals(unittest.TestCase):
    def assert_refused(self, pattern: str, call: object) -> None:
        with self.assertRaisesRegex(RunError, pattern):
            call()  # type: ignore[operator]

    def test_models_without_lora_or_with_more_than_lora(self) -> None:
        for pattern, model in [
            ("model: it has no LoRA modules", base_model()),
            ("DoRA", adapted(use_dora=True)),
            ("merged into the base", self._merged()),
            ("lora_B has a bias", self._with_bias()),
        ]:
            with self.subTest(pattern):
                source = Source(model, tiny_source().task, 0)
                self.assert_refused(pattern, lambda source=source: source.factors())

    def _merged(self) -> torch.nn.Module:
        model = adapted()
        model.merge_adapter()
        return model

    def _with_bias(self) -> torch.nn.Module:
        torch.manual_seed(0)
        config = LlamaConfig(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                             intermediate_size=16, attention_bias=True)  # fmt: skip
        lora = LoraConfig(r=2, target_modules=["q_proj"], lora_bias=True)
        return get_peft_model(type(base_model())(config), lora)

    def test_rows_without_a_label(self) -> None:
        source = tiny_source()
        projector = Projector(draw_random(shape_modules(source.factors(), 64), 1), source.device)
        rows = [*tiny_rows(1), Example([1, 2, 3], [-100] * 3)]
        self.assert_refused("row 41: it has no labelled token", lambda: row_gradients(source, projector, rows, 40, 1))

    def test_gradients_that_are_no_numbers_are_named_by_their_row(self) -> None:
        source = tiny_source()
        with torch.no_grad():
            source.factors()[0].linear.weight[0, 0] = float("nan")
        projector = Projector(draw_random(shape_modules(source.factors(), 64), 1), source.device)
        self.assert_refused(
            "row 8: its gradient u is no number", lambda: loss_gradients(source, projector, tiny_rows(2), 8)
        )
        self.assert_refused("row 3.*entry 1", lambda: require_finite("v", np.array([[0, 0], [0, np.inf]]), 2))

    def test_models_whose_rows_look_at_each_other(self) -> None:
        source = tiny_source()
        layer = source.model.base_model.model.model.layers[0]
        layer.register_forward_hook(lambda _m, _i, output: output + output.mean(dim=0, keepdim=True))
        projector = Projector(draw_random(shape_modules(source.factors(), 64), 1), source.device)
        self.assert_refused(
            "depends on the rows beside it", lambda: require_rows_apart(source, projector, tiny_rows(4), 1)
        )

    def test_a_width_smaller_than_the_number_of_maps(self) -> None:
        self.assert_refused("width: it is smaller", lambda: shape_modules(tiny_source().factors(), 7))


if __name__ == "__main__":
    unittest.main()
