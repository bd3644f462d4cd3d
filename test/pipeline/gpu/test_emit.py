"""Whole run folders of a tiny model: what is in them, that a killed run goes on, and what is refused."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from attribution_run import (
    BaseModel,
    Contribution,
    DataSet,
    Example,
    RunError,
    Settings,
    emit_run,
    query_gradients,
    take_again,
)
from attribution_run import chunks as chunks_module
from attribution_run.digest import digest_file, keccak256
from attribution_run.gradients import loss_gradients, row_gradients
from attribution_run.projection import Projection, Projector
from safetensors.numpy import load_file
from tiny import adapted, save_tiny, tiny_rows, tiny_source

ROWS = 40
SETTINGS = Settings(width=128, basis="random", batch_size=4, chunk_rows=8)


def contribution(count: int = ROWS) -> Contribution:
    return Contribution(f"0x{'cd' * 32}", tuple(keccak256(str(i).encode()) for i in range(count)))


def emit(root: Path, out: str = "run", **changes: object) -> Path:
    options: dict[str, object] = {
        "adapter": root / "adapter",
        "base": BaseModel("tiny", "made here", "1", "Apache-2.0", root / "base"),
        "dataset": DataSet([1], [contribution()]),
        "settings": SETTINGS,
        "progress": False,
        "source": tiny_source(),
        "rows": tiny_rows(ROWS),
    } | changes
    return emit_run(options.pop("source"), options.pop("rows"), root / out, **options)  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


class Emitting(unittest.TestCase):
    root: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.root = Path(tempfile.mkdtemp(prefix="emit-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        save_tiny(cls.root)
        emit(cls.root)

    def assert_refused(self, pattern: str, **changes: object) -> None:
        with self.assertRaisesRegex(RunError, pattern):
            emit(self.root, "refused", **changes)
        self.assertFalse((self.root / "refused").exists())
        shutil.rmtree(self.root / "refused.unfinished", ignore_errors=True)


class Folder(Emitting):
    def test_holds_gradients_of_every_row_and_the_hash_of_every_file(self) -> None:
        run = self.root / "run"
        manifest = json.loads((run / "run.json").read_text())
        self.assertEqual({path.name for path in run.iterdir()} - {"run.json"}, set(manifest["files"]))
        self.assertEqual(manifest["files"], {name: digest_file(run / name) for name in manifest["files"]})
        gradients = load_file(run / "gradients.safetensors")
        width = manifest["projection"]["width"]
        self.assertEqual({name: g.shape for name, g in gradients.items()}, {"u": (ROWS, width), "v": (ROWS, width)})

        described = manifest["projection"]
        projection = Projection.read(run / "projection.safetensors", "random", 1, described["modules"])
        u, v = row_gradients(tiny_source(), Projector(projection, torch.device("cpu")), tiny_rows(ROWS)[8:12], 8, 1)
        np.testing.assert_array_equal(gradients["u"][8:12], u)
        np.testing.assert_array_equal(gradients["v"][8:12], v)

    def test_gives_queries_and_audits_the_same_projection(self) -> None:
        run = self.root / "run"
        gradients = load_file(run / "gradients.safetensors")["u"]
        q = query_gradients(run, tiny_source(), tiny_rows(ROWS)[:3], self.root / "q.safetensors", progress=False)
        np.testing.assert_allclose(q, -gradients[:3], rtol=1e-4, atol=1e-5)
        u = take_again(run, tiny_source(), tiny_rows(ROWS), self.root / "a.safetensors", batch_size=3, progress=False)
        np.testing.assert_allclose(u, gradients, rtol=1e-4, atol=1e-5)
        self.assertEqual(load_file(self.root / "q.safetensors")["q"].shape, q.shape)

    def test_is_not_audited_with_another_adapter_or_another_number_of_rows(self) -> None:
        other = dataclasses.replace(tiny_source(), model=adapted(init_lora_weights=True).to(torch.float64))
        with torch.no_grad():
            other.factors()[0].linear.weight[0, 0] += 1
        for pattern, source, rows in [
            ("the model holds another adapter", other, tiny_rows(ROWS)),
            ("the run is of another number", tiny_source(), tiny_rows(3)),
        ]:
            with self.subTest(pattern), self.assertRaisesRegex(RunError, pattern):
                take_again(self.root / "run", source, rows, self.root / "none", progress=False)


class Interrupted(Emitting):
    def test_runs_that_are_killed_go_on_and_come_to_the_same_bytes(self) -> None:
        script = f"""
import sys, time
sys.path[:0] = {sys.path!r}
from pathlib import Path
import attribution_run.emit as emit_module
from test_emit import emit
taken = emit_module.row_gradients
def slowly(*arguments):
    time.sleep(0.1)
    return taken(*arguments)
emit_module.row_gradients = slowly
emit(Path({str(self.root)!r}), "killed")
"""
        chunks = self.root / "killed.unfinished" / "chunks"
        process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parent)
        deadline = time.monotonic() + 120
        while len(list(chunks.glob("0*.safetensors"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        finished = {path.name: path.stat().st_mtime_ns for path in chunks.glob("0*.safetensors")}
        self.assertFalse((self.root / "killed").exists())
        self.assertTrue(2 <= len(finished) < ROWS // SETTINGS.chunk_rows)

        with mock.patch("attribution_run.emit.row_gradients", wraps=row_gradients) as taken:
            emit(self.root, "killed")
        self.assertLess(taken.call_count, ROWS // SETTINGS.batch_size - 1)
        self.assertEqual(contents(self.root / "killed"), contents(self.root / "run"))

    def test_a_chunk_that_was_torn_is_taken_again_and_one_that_was_changed_is_refused(self) -> None:
        with mock.patch("attribution_run.chunks.ChunkStore.write_gradients", side_effect=KeyboardInterrupt):
            self.assertRaises(KeyboardInterrupt, emit, self.root, "torn")
        chunks = self.root / "torn.unfinished" / "chunks"
        listed = (chunks / "chunks.jsonl").read_text()
        (chunks / "chunks.jsonl").write_text(listed[:-20])
        copy = self.root / "changed.unfinished"
        shutil.copytree(self.root / "torn.unfinished", copy)
        first = copy / "chunks" / "000000000.safetensors"
        first.write_bytes(first.read_bytes()[:-1] + b"\x7f")
        self.assertEqual(contents(emit(self.root, "torn")), contents(self.root / "run"))
        with self.assertRaisesRegex(RunError, "not the chunk that was written"):
            emit(self.root, "changed")

    def test_a_run_of_something_else_does_not_go_on_there(self) -> None:
        with mock.patch("attribution_run.chunks.ChunkStore.write_gradients", side_effect=KeyboardInterrupt):
            self.assertRaises(KeyboardInterrupt, emit, self.root, "begun")
        for field, changes in [
            ("sampleSeed", {"settings": dataclasses.replace(SETTINGS, sample_seed=2)}),
            ("examples", {"rows": tiny_rows(ROWS, seed=9)}),
        ]:
            with self.subTest(field), self.assertRaisesRegex(RunError, f"run of something else.*field {field}"):
                emit(self.root, "begun", **changes)


class Refusals(Emitting):
    def test_rows_contributions_and_adapters_that_do_not_belong_together(self) -> None:
        other = tiny_source()
        with torch.no_grad():
            other.factors()[2].linear.weight[0, 0] += 0.5
        self.assert_refused("rows: there is not one row for each item .*rows 39, items 40", rows=tiny_rows(ROWS - 1))
        self.assert_refused("the model holds another adapter", source=other)
        self.assert_refused("adapter_config.json: it cannot be read", adapter=self.root / "base")
        self.assert_refused("holds no safetensors", base=BaseModel("tiny", "here", "1", "MIT", self.root / "none"))
        self.assert_refused("dims: rows of this width", settings=dataclasses.replace(SETTINGS, width=32))

    def test_rows_that_predict_nothing(self) -> None:
        rows = tiny_rows(ROWS)
        for pattern, row in [
            ("row 7: it has no tokens", Example([], [])),
            ("row 7: it has another number of labels .*tokens 3, labels 2", Example([1, 2, 3], [1, 2])),
            ("row 7: it has no labelled token after its first", Example([1, 2, 3], [1, -100, -100])),
        ]:
            with self.subTest(pattern):
                self.assert_refused(pattern, rows=[*rows[:7], row, *rows[8:]])
        self.assert_refused("rows: there are none", rows=[])

    def test_a_disk_that_is_full_before_or_during_the_run(self) -> None:
        usage = mock.Mock(free=1000)
        with mock.patch.object(chunks_module.shutil, "disk_usage", return_value=usage):
            self.assert_refused("the disk has too little room .*free_bytes 1000")
        with mock.patch.object(chunks_module.os, "fsync", side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
            self.assert_refused("the disk is full. Make room and start the same command again")

    def test_a_folder_that_is_there(self) -> None:
        with self.assertRaisesRegex(RunError, "it is already there"):
            emit(self.root)

    def test_an_adapter_with_a_number_that_is_none(self) -> None:
        folder = self.root / "broken"
        model = adapted()
        with torch.no_grad():
            next(p for name, p in model.named_parameters() if "lora_A" in name)[0, 0] = float("inf")
        model.save_pretrained(folder)
        self.assert_refused("holds a number that is none", adapter=folder)


class LossGradients(Emitting):
    def test_agree_with_those_that_were_emitted_with_v(self) -> None:
        run = self.root / "run"
        modules = json.loads((run / "run.json").read_text())["projection"]["modules"]
        projection = Projection.read(run / "projection.safetensors", "random", 1, modules)
        u, losses = loss_gradients(tiny_source(), Projector(projection, torch.device("cpu")), tiny_rows(4))
        np.testing.assert_array_equal(u, load_file(run / "gradients.safetensors")["u"][:4])
        self.assertTrue((losses > 0).all())


if __name__ == "__main__":
    unittest.main()
