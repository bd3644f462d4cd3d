"""Losses in chunks are those of one piece, and what a batch needs of memory is counted without computing anything."""

from __future__ import annotations

import contextlib
import io
import unittest
from unittest.mock import patch

import numpy as np
import torch
from attribution_run import memory, tasks
from attribution_run.gradients import row_gradients
from attribution_run.projection import Projector, draw_random, shape_modules
from tiny import VOCABULARY, tiny_rows, tiny_source


class Chunks(unittest.TestCase):
    def test_give_the_same_gradients_to_the_last_bit(self) -> None:
        for dtype in (torch.float32, torch.float64, torch.bfloat16):
            source, rows = tiny_source(dtype), tiny_rows(5)
            projector = Projector(draw_random(shape_modules(source.factors(), 100), 7), source.device)
            whole = row_gradients(source, projector, rows, 0, 1)
            for positions in (1, 4):
                with self.subTest(dtype=dtype, positions=positions):
                    with patch.object(tasks, "CHUNK_NUMBERS", positions * VOCABULARY):
                        parts = row_gradients(source, projector, rows, 0, 1)
                    for part, one in zip(parts, whole, strict=True):
                        np.testing.assert_array_equal(part, one)


class Memory(unittest.TestCase):
    def test_of_activations_grows_with_rows_and_tokens(self) -> None:
        model = memory.meta_model("134m", 1_000, 4)
        one, attention = memory.activation_bytes(model, 1, 48)
        self.assertGreater(one, 48 * 12 * 768 * 2)
        for rows, tokens, squares in ((4, 48, 4), (1, 192, 16)):
            with self.subTest(rows=rows, tokens=tokens):
                more, attending = memory.activation_bytes(model, rows, tokens)
                self.assertAlmostEqual(more / one, 4, delta=0.1)
                self.assertAlmostEqual(attending / attention, squares, delta=0.1)

    def test_of_weights_is_a_quarter_in_four_bits(self) -> None:
        model = memory.meta_model("1b", 1_000, 4)
        whole, packed = memory.weight_bytes(model, False), memory.weight_bytes(model, True)
        self.assertLess(packed, 0.32 * whole)
        self.assertGreater(packed, 0.25 * whole)

    def test_is_told_as_a_table(self) -> None:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            memory.main(["--size", "134m", "--batch-size", "1", "8", "--tokens", "32"])
        lines = said.getvalue().splitlines()
        self.assertEqual(len(lines), 2 + 2 * 2)
        self.assertTrue(all(line.count("|") == 11 for line in lines))


if __name__ == "__main__":
    unittest.main()
