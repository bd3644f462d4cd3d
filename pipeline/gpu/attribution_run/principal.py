"""Principal bases for a projection: the directions in which a module's inputs and output gradients are largest.

    C = Σ_t x_t x_tᵀ,  Y = C Ω,  Ω (size × (keep + 8)) normal      one pass over a sample of rows, no size × size matrix
    top eigenvectors of C  ≈  left singular vectors of Y (Ωᵀ Y)^(−1/2)   Nyström: Tropp et al. 2017, algorithm 3

LoGra initialises with them ("PCA", section 3.2): at the same width they keep more of the gradients than random ones do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from .projection import ModuleShape, Projection, projected_sides

OVERSAMPLING = 8


class PrincipalSides:
    """Collects what flows on the sides of modules that are to be projected."""

    def __init__(self, modules: tuple[ModuleShape, ...], seed: int, device: torch.device) -> None:
        self._modules = modules
        self._seed = seed
        self._sides = dict(projected_sides(modules))
        self._probes: dict[str, torch.Tensor] = {}
        self._sums: dict[str, torch.Tensor] = {}
        for number, (name, side) in enumerate(self._sides.items()):
            source = np.random.Generator(np.random.Philox(key=[seed, number]))
            probe = source.standard_normal((side["size"], min(side["size"], side["keep"] + OVERSAMPLING)))
            self._probes[name] = torch.from_numpy(probe.astype(np.float32)).to(device)
            self._sums[name] = torch.zeros_like(self._probes[name])

    def add(self, name: str, gradients: torch.Tensor, inputs: torch.Tensor) -> None:
        """Output gradients (…, out) and inputs (…, in) of one call of a map."""
        for side, values in ((f"{name}.left", gradients), (f"{name}.right", inputs)):
            if side not in self._sides:
                continue
            flat = values.reshape(-1, values.shape[-1]).float()
            self._sums[side] += flat.T @ (flat @ self._probes[side])

    def projection(self) -> Projection:
        """Orthonormal rows (keep, size) for every side, largest first."""
        matrices: Mapping[str, np.ndarray] = {
            name: _top_eigenvectors(
                self._sums[name].cpu().double().numpy(), self._probes[name].cpu().double().numpy(), side["keep"]
            )
            for name, side in self._sides.items()
        }
        return Projection("principal", self._seed, self._modules, matrices)


def _top_eigenvectors(product: np.ndarray, probe: np.ndarray, keep: int) -> np.ndarray:
    """The top `keep` eigenvectors, one a row, of a C of which only C · probe is known.

    Directions that nothing flowed along are filled with an orthonormal rest, so that a projection always has full rank.
    """
    size = product.shape[0]
    shift = max(float(np.linalg.norm(product)), 1.0) * np.finfo(np.float32).eps
    shifted = product + shift * probe
    inner = probe.T @ shifted
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    largest = max(float(values[-1]), 0.0)
    inverse_roots = np.where(values > largest * np.finfo(np.float64).eps * size, np.abs(values), np.inf) ** -0.5
    left, _, _ = np.linalg.svd(shifted @ (vectors * inverse_roots), full_matrices=False)
    basis, _ = np.linalg.qr(left[:, :keep])
    signs = np.sign(basis[np.abs(basis).argmax(axis=0), np.arange(keep)])
    return np.ascontiguousarray((basis * signs).T.astype(np.float32))
