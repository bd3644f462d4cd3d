"""Projected gradients of rows, batch by batch.

u_i (width)   gradient of the row's loss
v_i (width)   gradient of the loss at labels drawn from the model: a factor of its Gauss–Newton matrix
q   (width)   gradient of a served answer's log-probability: −u of the request with that answer as its labels
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from .errors import RunError
from .examples import Batch, Example, collate
from .factors import Captured, Factor, capture, find_factors
from .principal import PrincipalSides
from .projection import ModuleShape, Projection, Projector
from .tasks import Task, losses, require_labels, sample_labels

Forward = Callable[[Batch], torch.Tensor]


def model_logits(model: torch.nn.Module) -> Forward:
    """How a Transformers model is called: everything but the labels, for its logits."""

    def forward(batch: Batch) -> torch.Tensor:
        logits: torch.Tensor = model(**{name: values for name, values in batch.items() if name != "labels"}).logits
        return logits

    return forward


@dataclass(frozen=True)
class Source:
    """A model whose rows' gradients are taken.

    Attributes:
        model: A PeftModel with a LoRA adapter, on its device, in whatever precision it computes.
        task: What it predicts.
        pad_id: The token that batches are padded with.
    """

    model: torch.nn.Module
    task: Task
    pad_id: int

    @property
    def device(self) -> torch.device:
        return next(self.model.parameters()).device

    def factors(self) -> list[Factor]:
        return find_factors(self.model)


@contextmanager
def _evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Without dropout and without checkpointing, so that a row has one gradient."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def _run(source: Source, factors: list[Factor], examples: Sequence[Example]) -> tuple[torch.Tensor, Batch, Captured]:
    batch = collate(examples, source.pad_id, source.device)
    with capture(factors, len(examples)) as captured:
        logits = model_logits(source.model)(batch)
    return logits, batch, captured


@contextmanager
def out_of_memory(examples: Sequence[Example]) -> Iterator[None]:
    """Activations grow with rows times tokens, so these are what can be made fewer."""
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, torch.OutOfMemoryError) and "can't allocate memory" not in str(error):
            raise
        tokens = max(len(example.input_ids) for example in examples)
        remedy = (
            "Take fewer rows at a time (batch_size), or fewer tokens of each (max_tokens); "
            "python -m attribution_run.memory says what a batch needs."
        )
        raise RunError(
            "device", "its memory is too small for a batch", remedy, batch_size=len(examples), tokens=tokens
        ) from error


def require_one_device(source: Source) -> None:
    devices = sorted({str(parameter.device) for parameter in source.model.parameters()})
    if len(devices) > 1:
        remedy = 'Load it on one: device_map={"": 0}; quantise the base or take fewer rows at a time to make room.'
        raise RunError("model", "it lies on several devices", remedy, devices=" ".join(devices))


def _output_gradients(loss: torch.Tensor, captured: Captured, keep: bool) -> dict[str, list[torch.Tensor]]:
    """The gradient of `loss` at every captured output. Rows do not mix, so a sum of losses gives each row's own."""
    outputs = [output for calls in captured.calls.values() for _, output in calls]
    gradients = iter(torch.autograd.grad(loss, outputs, retain_graph=keep, allow_unused=True))
    return {
        name: [torch.zeros_like(out) if (found := next(gradients)) is None else found for _, out in calls]
        for name, calls in captured.calls.items()
    }


def _side_by_side(projector: Projector, captured: Captured, at: dict[str, list[torch.Tensor]], rows: int) -> np.ndarray:
    parts = []
    for module in projector.projection.modules:
        name = module["name"]
        calls = zip(at[name], captured.calls[name], strict=True)
        parts.append(sum(projector.project(name, gradient, inputs, rows) for gradient, (inputs, _) in calls))
    flat = torch.cat([part.reshape(rows, -1) for part in parts], dim=1)  # type: ignore[union-attr]
    numbers: np.ndarray = flat.to(torch.float32).cpu().numpy()
    return numbers


def row_gradients(
    source: Source, projector: Projector, examples: Sequence[Example], first_row: int, sample_seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """u and v (b, width) float32 of the rows from `first_row` on; one forward pass and two backward ones."""
    factors = source.factors()
    with out_of_memory(examples), _evaluating(source.model):
        logits, batch, captured = _run(source, factors, examples)
        predicted, labels, rows = source.task.predictions(logits, batch)
        require_labels(rows, len(examples), first_row)
        drawn = sample_labels(predicted, rows, first_row, sample_seed)
        loss = losses(predicted, labels, rows, len(examples)).sum()
        drawn_loss = losses(predicted, drawn, rows, len(examples)).sum()
        u = _side_by_side(projector, captured, _output_gradients(loss, captured, True), len(examples))
        v = _side_by_side(projector, captured, _output_gradients(drawn_loss, captured, False), len(examples))
    for name, values in (("u", u), ("v", v)):
        require_finite(name, values, first_row)
    return u, v


def loss_gradients(
    source: Source, projector: Projector, examples: Sequence[Example], first_row: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """u (b, width) float32 alone, and the losses (b) float64."""
    factors = source.factors()
    with out_of_memory(examples), _evaluating(source.model):
        logits, batch, captured = _run(source, factors, examples)
        predicted, labels, rows = source.task.predictions(logits, batch)
        require_labels(rows, len(examples), first_row)
        each = losses(predicted, labels, rows, len(examples))
        u = _side_by_side(projector, captured, _output_gradients(each.sum(), captured, False), len(examples))
    require_finite("u", u, first_row)
    return u, each.detach().double().cpu().numpy()


def principal_projection(
    source: Source,
    modules: Sequence[ModuleShape],
    examples: Sequence[Example],
    batch_size: int,
    seed: int,
    on_batch: Callable[[int], None],
) -> Projection:
    """The principal bases of what flows while labels drawn from the model are predicted, over a sample of rows."""
    factors = source.factors()
    sides = PrincipalSides(tuple(modules), seed, source.device)
    with _evaluating(source.model):
        for start in range(0, len(examples), batch_size):
            part = examples[start : start + batch_size]
            with out_of_memory(part):
                logits, batch, captured = _run(source, factors, part)
                predicted, _, rows = source.task.predictions(logits, batch)
                drawn = sample_labels(predicted, rows, start, seed)
                at = _output_gradients(losses(predicted, drawn, rows, len(part)).sum(), captured, False)
                for name, calls in captured.calls.items():
                    for gradient, (inputs, _) in zip(at[name], calls, strict=True):
                        sides.add(name, gradient, inputs)
            on_batch(len(part))
    return sides.projection()


def require_rows_apart(source: Source, projector: Projector, examples: Sequence[Example], sample_seed: int) -> None:
    """A row's gradient must not depend on which rows it shares a batch with; two rows show whether it does.

    What is tolerated is rounding: batches are padded, and matrix products of another shape are summed in another order.
    """
    if len(examples) < 2:
        return
    pair = sorted(examples[:64], key=lambda example: len(example.input_ids))
    shortest, longest = pair[0], pair[-1]
    together, _ = row_gradients(source, projector, [shortest, longest], 0, sample_seed)
    alone, _ = row_gradients(source, projector, [shortest], 0, sample_seed)
    length = float(np.linalg.norm(alone))
    difference = float(np.linalg.norm(together[0] - alone[0])) / length if length > 0 else 0.0
    if difference > ROUNDING:
        remedy = "Take one row at a time (batch_size=1), and look for layers that mix rows or do not mask padding."
        raise RunError(
            "model", "a row's gradient depends on the rows beside it", remedy, difference=f"{difference:.3f}"
        )


ROUNDING = 0.1
"""The largest difference of a gradient alone and in a batch, relative to its length; half precision needs so much."""


def require_finite(name: str, values: np.ndarray, first_row: int) -> None:
    """Gradients (b, width) must be numbers."""
    bad = np.argwhere(~np.isfinite(values))
    if len(bad) == 0:
        return
    row, entry = (int(place) for place in bad[0])
    remedy = "Look at the training, or compute in bfloat16 or float32: a gradient must be finite."
    value = values[row, entry]
    raise RunError(f"row {first_row + row}", f"its gradient {name} is no number", remedy, entry=entry, value=value)
