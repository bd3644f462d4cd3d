"""Random beside principal bases, on the fixture: how well products of projected gradients follow those of whole ones.

    PYTHONPATH=pipeline/gpu python test/pipeline/gpu/compare_bases.py

For every pair of rows the cosine of their whole gradients (all LoRA parameters, float32) is correlated with that of
their projected ones: Pearson, over all pairs; random bases as the mean of three seeds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from attribution_run import Example, Source, read_items
from attribution_run.encode import Encoder
from attribution_run.gradients import loss_gradients, principal_projection
from attribution_run.loading import load_source, load_tokenizer, parse_quantisation
from attribution_run.projection import Projection, Projector, draw_random, shape_modules

FIXTURE = Path(__file__).parent / "fixture"
WIDTHS = (64, 128, 256, 512, 1024, 2048)
SEEDS = (1, 2, 3)


def cosines(source: Source, projection: Projection, rows: list[Example]) -> np.ndarray:
    """Cosines (pairs) of the rows' gradients under a projection."""
    u, _ = loss_gradients(source, Projector(projection, source.device), rows)
    unit = u / np.linalg.norm(u, axis=1, keepdims=True)
    products: np.ndarray = (unit @ unit.T)[np.triu_indices(len(rows), 1)]
    return products


def main() -> None:
    tokenizer, pad_id = load_tokenizer(str(FIXTURE / "base"), FIXTURE / "run")
    source = load_source(
        str(FIXTURE / "base"),
        FIXTURE / "run",
        "causal-lm",
        pad_id,
        quantisation=parse_quantisation("nf4"),
        dtype="float32",
        device="cpu",
    )
    encoder = Encoder(tokenizer, "causal-lm", {}, "{text} :", 24)
    rows = [encoder.example(item) for path in sorted(FIXTURE.glob("items/*.jsonl")) for item in read_items(path)]
    factors = source.factors()
    whole = cosines(source, draw_random(shape_modules(factors, 10**9), 1), rows)
    print("| width | random | principal |\n|---:|---:|---:|")
    for width in WIDTHS:
        shapes = shape_modules(factors, width)
        random = [np.corrcoef(whole, cosines(source, draw_random(shapes, seed), rows))[0, 1] for seed in SEEDS]
        made = principal_projection(source, shapes, rows, 8, 1, lambda _done: None)
        principal = np.corrcoef(whole, cosines(source, made, rows))[0, 1]
        print(f"| {width} | {np.mean(random):.3f} | {principal:.3f} |")


if __name__ == "__main__":
    main()
