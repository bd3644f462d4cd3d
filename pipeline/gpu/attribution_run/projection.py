"""Two-sided projection: a row's gradient of a module is kept as a small matrix, and its modules stand side by side.

    G_i = Σ_t g_t x_tᵀ (out × in)   →   L G_i Rᵀ = Σ_t (L g_t)(R x_t)ᵀ (out' × in')    LoGra: Choe et al. 2024
    u_i = the small matrices of all modules, row after row: (width)

A side that is short enough (the rank, mostly) is kept whole and has no matrix. All others stand in
`projection.safetensors`, `<module>.left` (out' × out) and `<module>.right` (in' × in), float32: a program that projects
a query or audits a row reads them there, and nothing depends on how they were drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt, sqrt
from pathlib import Path
from typing import Literal, TypedDict

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from .errors import RunError
from .factors import Factor, by_row

Basis = Literal["random", "principal"]
PROJECTION_FILE = "projection.safetensors"


class SideShape(TypedDict):
    size: int
    keep: int


class ModuleShape(TypedDict):
    """How a module's gradient is kept: left.keep × right.keep numbers of left.size × right.size."""

    name: str
    left: SideShape
    right: SideShape


@dataclass(frozen=True)
class Projection:
    """Shapes and matrices: `<module>.left` and `<module>.right` (keep, size) where a side is not whole."""

    basis: Basis
    seed: int
    modules: tuple[ModuleShape, ...]
    matrices: Mapping[str, np.ndarray]

    @property
    def width(self) -> int:
        return sum(module["left"]["keep"] * module["right"]["keep"] for module in self.modules)

    def to_bytes(self) -> bytes:
        content: bytes = save(dict(sorted(self.matrices.items())))
        return content

    @staticmethod
    def read(path: Path, basis: Basis, seed: int, modules: Sequence[ModuleShape]) -> Projection:
        """Reads the matrices of `modules`, all of them and nothing else, each finite and of its shape."""
        try:
            found = load_file(path)
        except (OSError, SafetensorError) as error:
            raise RunError(str(path), "it cannot be read", "Fetch the run folder afresh.", problem=error) from error
        expected = {name: (side["keep"], side["size"]) for name, side in projected_sides(modules)}
        shapes = {name: matrix.shape for name, matrix in found.items()}
        if shapes != expected or any(matrix.dtype != np.float32 for matrix in found.values()):
            raise RunError(str(path), "it holds other matrices than the modules need", "Fetch the run folder afresh.")
        if not all(np.isfinite(matrix).all() for matrix in found.values()):
            raise RunError(str(path), "it holds a number that is none", "Fetch the run folder afresh.")
        return Projection(basis, seed, tuple(modules), found)


def projected_sides(modules: Sequence[ModuleShape]) -> list[tuple[str, SideShape]]:
    """The sides that have a matrix, by the matrix's name, in the order of the modules."""
    sides = [(f"{module['name']}.{part}", module[part]) for module in modules for part in ("left", "right")]
    return [(name, side) for name, side in sides if side["keep"] < side["size"]]


def shape_modules(factors: Sequence[Factor], width: int) -> list[ModuleShape]:
    """Shares `width` numbers out evenly; every module gets at most its share, so rows may be a little narrower."""
    share = width // len(factors)
    if share == 0:
        remedy = "Give every map at least one number: a larger width, or fewer target_modules."
        raise RunError("width", "it is smaller than the number of maps", remedy, width=width, maps=len(factors))
    shapes: list[ModuleShape] = []
    for factor in factors:
        left, right = _split(share, factor.outputs, factor.inputs)
        shapes.append(
            {
                "name": factor.name,
                "left": {"size": factor.outputs, "keep": left},
                "right": {"size": factor.inputs, "keep": right},
            }
        )
    return shapes


def _split(share: int, left: int, right: int) -> tuple[int, int]:
    """The short side whole where the long side keeps as much as that; else both sides about √share."""
    short, long = sorted((left, right))
    kept_short = short if share >= short * short else min(short, isqrt(share))
    kept_long = min(long, share // kept_short)
    return (kept_short, kept_long) if left <= right else (kept_long, kept_short)


def draw_random(modules: Sequence[ModuleShape], seed: int) -> Projection:
    """Rademacher matrices ±1/√keep from NumPy's Philox: products of projected vectors are right on average."""
    matrices = {}
    for number, (name, side) in enumerate(projected_sides(modules)):
        signs = np.random.Generator(np.random.Philox(key=[seed, number])).integers(0, 2, (side["keep"], side["size"]))
        matrices[name] = ((2 * signs - 1) / sqrt(side["keep"])).astype(np.float32)
    return Projection("random", seed, tuple(modules), matrices)


class Projector:
    """A projection on the device that gradients are taken on."""

    def __init__(self, projection: Projection, device: torch.device) -> None:
        self.projection = projection
        self._matrices = {name: torch.from_numpy(matrix).to(device) for name, matrix in projection.matrices.items()}

    def project(self, name: str, gradients: torch.Tensor, inputs: torch.Tensor, rows: int) -> torch.Tensor:
        """Output gradients (rows, t, out) and inputs (rows, t, in) of one call → (rows, out', in'), summed over t.

        In float32 whatever the model computes in, and in float64 where the model does.
        """
        left = self._side(f"{name}.left", by_row(gradients, rows))
        right = self._side(f"{name}.right", by_row(inputs, rows))
        return torch.einsum("bto,bti->boi", left, right)

    def _side(self, name: str, values: torch.Tensor) -> torch.Tensor:
        precise = values if values.dtype == torch.float64 else values.float()
        matrix = self._matrices.get(name)
        return precise if matrix is None else precise @ matrix.to(precise.dtype).T
