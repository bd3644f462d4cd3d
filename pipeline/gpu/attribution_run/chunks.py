"""Gradients on their way to the run folder, a chunk of rows a file, so that an interrupted run continues where it was.

    chunks/plan.json         what the run is of: a run that goes on must be of the same
    chunks/chunks.jsonl      a line for every finished chunk: its first row, its rows, its SHA-256
    chunks/<first row>.safetensors    u, v (rows × width)

A chunk is written beside its place, flushed to the disk and renamed, and only then named in `chunks.jsonl`: whatever
a kill leaves behind is either whole or not named.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from .errors import RunError

PLAN_FILE = "plan.json"
LIST_FILE = "chunks.jsonl"


class ChunkStore:
    """The chunks of one run: rows in order, without a gap."""

    def __init__(self, folder: Path, plan: Mapping[str, object], rows: int, width: int) -> None:
        self.folder = folder
        self.rows = rows
        self.width = width
        _require_space(folder.parent, needed=4 * rows * width * 4)
        folder.mkdir(parents=True, exist_ok=True)
        self._require_plan(json.loads(json.dumps(plan)))
        self._chunks = self._finished()

    @property
    def done(self) -> int:
        """How many rows are finished; the next chunk begins there."""
        return sum(count for _, count in self._chunks)

    def add(self, u: np.ndarray, v: np.ndarray) -> None:
        """Appends the next rows (b, width)."""
        first = self.done
        content = save({"u": np.ascontiguousarray(u), "v": np.ascontiguousarray(v)})
        entry = {"first": first, "rows": len(u), "sha256": hashlib.sha256(content).hexdigest()}
        write_whole(self._path(first), content)
        append_line(self.folder / LIST_FILE, json.dumps(entry))
        self._chunks.append((first, len(u)))

    def write_gradients(self, path: Path) -> None:
        """All rows as one safetensors file, u before v, with no more than a chunk in memory."""
        if self.done != self.rows:
            raise RunError(str(self.folder), "rows are missing", "Let the run finish.", rows=self.done, of=self.rows)
        size = self.rows * self.width * 4
        shape = [self.rows, self.width]
        header = {
            "u": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]},
            "v": {"dtype": "F32", "shape": shape, "data_offsets": [size, 2 * size]},
        }
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with disk_errors(path), path.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for name in ("u", "v"):
                for first, _ in self._chunks:
                    file.write(load_file(self._path(first))[name].astype("<f4").tobytes())

    def _path(self, first: int) -> Path:
        return self.folder / f"{first:09d}.safetensors"

    def _require_plan(self, plan: Mapping[str, object]) -> None:
        path = self.folder / PLAN_FILE
        if not path.exists():
            write_whole(path, json.dumps(plan, indent=2).encode())
            return
        try:
            known = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise RunError(str(path), "it is no JSON", f"Remove {self.folder} and begin anew.") from error
        differing = next((name for name in {**known, **plan} if known.get(name) != plan.get(name)), None)
        if differing is not None:
            remedy = f"Ask for the same again, or remove {self.folder.parent} and begin anew."
            facts = {"field": differing, "begun_with": known.get(differing), "now": plan.get(differing)}
            raise RunError(str(path), "a run of something else was begun there", remedy, **facts)

    def _finished(self) -> list[tuple[int, int]]:
        """Chunks that are listed and whole; what a kill tore off at the end is computed again."""
        path = self.folder / LIST_FILE
        lines = path.read_text("utf-8").split("\n") if path.exists() else []
        finished: list[tuple[int, int]] = []
        whole = ""
        for line in lines[:-1]:
            entry = json.loads(line)
            content = self._path(entry["first"])
            expected_first = sum(count for _, count in finished)
            if entry["first"] != expected_first or not content.exists():
                break
            if hashlib.sha256(content.read_bytes()).hexdigest() != entry["sha256"]:
                remedy = f"Something wrote into it; remove {self.folder} and begin anew."
                raise RunError(str(content), "it is not the chunk that was written", remedy)
            finished.append((entry["first"], entry["rows"]))
            whole += f"{line}\n"
        if path.exists():
            write_whole(path, whole.encode())
        return finished


class disk_errors:  # noqa: N801  # reads as a statement: with disk_errors(path)
    """Turns a full disk into a sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "Make room and start the same command again; finished rows are kept."
            raise RunError(str(self._path), "the disk is full", remedy) from error


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or not at all, also after a power cut."""
    beside = path.with_name(f".{path.name}.part")
    with disk_errors(path):
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def append_line(path: Path, line: str) -> None:
    with disk_errors(path), path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def _require_space(folder: Path, needed: int) -> None:
    """Chunks and the file that they become: 2 × (u and v) × 4 bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        remedy = "Make room, keep fewer numbers a row (width), or name another folder."
        raise RunError(str(folder), "the disk has too little room", remedy, free_bytes=free, needed_bytes=needed)
