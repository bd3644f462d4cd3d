"""What operators and auditors do with a run folder: project again, with the matrices that stand in it.

query    q (m × width): gradients of served answers' log-probabilities, from which an operator sketches
again    u (n × width): the rows' loss gradients once more, on another machine or in another precision
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save
from tqdm import tqdm

from .adapter import Adapter, read_json
from .adapter_modules import WEIGHTS_FILE
from .chunks import write_whole
from .digest import digest_file, keccak256
from .errors import RunError
from .examples import Example, require_examples
from .gradients import Source, loss_gradients
from .manifest import FORMAT, MANIFEST_FILE
from .projection import PROJECTION_FILE, Projection, Projector

FETCH = "Fetch the run folder afresh from where it was made."


@dataclass(frozen=True)
class EmittedRun:
    """A run folder of this package, as far as projecting again needs it; files are compared with their hashes."""

    folder: Path
    manifest: dict[str, Any]
    projection: Projection

    @staticmethod
    def read(folder: Path) -> EmittedRun:
        manifest = read_json(folder / MANIFEST_FILE, FETCH)
        if manifest.get("format") != FORMAT:
            raise RunError(str(folder), "it is no run of this package", "Name a folder that emit made.")
        for name in (PROJECTION_FILE, WEIGHTS_FILE):
            if digest_file(folder / name) != manifest["files"][name]:
                raise RunError(str(folder / name), "it is not the file that the manifest describes", FETCH)
        described = manifest["projection"]
        projection = Projection.read(
            folder / PROJECTION_FILE, described["basis"], described["seed"], described["modules"]
        )
        return EmittedRun(folder, manifest, projection)

    def gradients(
        self, source: Source, examples: Sequence[Example], batch_size: int, progress: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Loss gradients (m, width) float32 under the run's projection, and losses (m)."""
        require_examples(examples)
        Adapter.read(self.folder).require_loaded_in(source.model)
        if source.task.name != self.manifest["gradients"]["task"]:
            raise RunError("task", "the run's gradients are of another one", "Name the run's.", task=source.task.name)
        projector = Projector(self.projection, source.device)
        parts = []
        with tqdm(total=len(examples), desc="gradients", unit="row", disable=not progress) as bar:
            for start in range(0, len(examples), batch_size):
                part = examples[start : start + batch_size]
                parts.append(loss_gradients(source, projector, part, start))
                bar.update(len(part))
        return np.concatenate([u for u, _ in parts]), np.concatenate([loss for _, loss in parts])

    @property
    def hash(self) -> str:
        """keccak256 of the manifest, as a model's registration carries it."""
        return keccak256((self.folder / MANIFEST_FILE).read_bytes())


def query_gradients(
    run: Path, source: Source, answers: Sequence[Example], out: Path, *, batch_size: int = 8, progress: bool = True
) -> np.ndarray:
    """Writes q (m × width), the gradients of the given answers' log-probabilities, in the order of `answers`."""
    emitted = EmittedRun.read(run)
    u, losses = emitted.gradients(source, answers, batch_size, progress)
    metadata = {"run": emitted.hash, "logProbabilities": json.dumps([round(float(-loss), 9) for loss in losses])}
    write_whole(out, save({"q": -u}, metadata=metadata))
    return -u


def take_again(
    run: Path, source: Source, rows: Sequence[Example], out: Path, *, batch_size: int = 8, progress: bool = True
) -> np.ndarray:
    """Writes u (n × width) of all rows once more, for `attribution run verify`."""
    emitted = EmittedRun.read(run)
    expected = emitted.manifest["dataset"]["rows"]
    if len(rows) != expected:
        raise RunError("rows", "the run is of another number", "Give all of its rows.", rows=len(rows), run=expected)
    u, _ = emitted.gradients(source, rows, batch_size, progress)
    write_whole(out, save({"u": u}, metadata={"run": emitted.hash}))
    return u
