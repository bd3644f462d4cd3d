"""The command line, on the committed fixture: its base and adapter give its run again, on whatever machine this is."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np
from attribution_run.__main__ import main
from safetensors.numpy import load_file

FIXTURE = Path(__file__).parent / "fixture"
MODEL = [
    *("--base", str(FIXTURE / "base"), "--adapter", str(FIXTURE / "run"), "--quantisation", "nf4"),
    *("--template", "{text} :", "--max-tokens", "24", "--dtype", "float32", "--device", "cpu", "--quiet"),
]


def emit(out: Path, *changes: str) -> tuple[int, str]:
    """Emits the fixture's run with some arguments more, or given again; the status and what was said."""
    manifest = json.loads((FIXTURE / "run" / "run.json").read_text())
    pairs = []
    for i, contribution in enumerate(manifest["dataset"]["contributions"]):
        pairs += ["--items", str(FIXTURE / "items" / f"{i}.jsonl")]
        pairs += ["--contribution", f"{contribution['id']}={FIXTURE / 'items' / f'{i}.commitment.json'}"]
    base = ["--base-name", "tiny", "--base-source", "here", "--base-revision", "1", "--base-licence", "Apache-2.0"]
    kept = ["--dataset-version", "4294967297", "--width", "512", "--dims", "64", "--out", str(out)]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        status = main(["emit", *MODEL, *pairs, *base, *kept, *changes])
    return status, said.getvalue()


class Commands(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="commands-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_emit_gives_the_run_of_the_fixture_but_for_rounding(self) -> None:
        status, said = emit(self.folder / "run", "--held-out", str(FIXTURE / "held-out.jsonl"))
        self.assertEqual(status, 0, said)
        self.assertIn("holds the gradients of 96 rows; attribution model publish", said)
        found = json.loads((self.folder / "run" / "run.json").read_text())
        expected = json.loads((FIXTURE / "run" / "run.json").read_text())
        for field in ("quantisation", "lora", "dataset", "projection", "sketch"):
            self.assertEqual(found[field], expected[field], field)
        self.assertEqual(found["base"]["weightsSha256"], expected["base"]["weightsSha256"])
        self.assertAlmostEqual(found["evaluation"]["accuracy"], expected["evaluation"]["accuracy"], delta=0.02)
        for name in ("u", "v"):
            # Principal directions of one size may turn into each other; products of rows do not see that.
            rows, kept = (
                load_file(folder / "run" / "gradients.safetensors")[name] for folder in (self.folder, FIXTURE)
            )
            difference = np.linalg.norm(rows @ rows.T - kept @ kept.T) / np.linalg.norm(kept @ kept.T)
            self.assertLess(difference, 0.01 if name == "u" else 0.1)

    def test_mistakes_get_one_sentence_and_no_folder(self) -> None:
        other = self.folder / "items.jsonl"
        lines = (FIXTURE / "items" / "0.jsonl").read_text().splitlines()
        other.write_text("\n".join([lines[1], lines[0], *lines[2:]]) + "\n")
        commitment = FIXTURE / "items" / "0.commitment.json"
        for pattern, changes in [
            ("it commits to another item 0", ["--items", str(other), "--contribution", f"0x{'ab' * 32}={commitment}"]),
            ("there is not one for each --items", ["--items", str(other)]),
            ("is no quantisation", ["--quantisation", "nf5"]),
            ("on a CPU there is only nf4", ["--quantisation", "int8"]),
            ("adapter_config.json: it cannot be read|model: it cannot be loaded", ["--adapter", str(self.folder)]),
            ("it is longer than max_tokens", ["--max-tokens", "2"]),
        ]:
            with self.subTest(pattern):
                status, said = emit(self.folder / "run", *changes)
                self.assertEqual(status, 1)
                self.assertRegex(said.splitlines()[-1], pattern)
                self.assertNotIn("Traceback", said)
                self.assertFalse((self.folder / "run").exists())

    def test_gradients_are_taken_only_for_the_run_of_that_adapter_and_never_over_a_file(self) -> None:
        run = self.folder / "run"
        shutil.copytree(FIXTURE / "run", run)
        out = self.folder / "queries.safetensors"
        answers = ["--run-folder", str(run), "--answers", str(FIXTURE / "answers.jsonl"), "--out", str(out)]
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(main(["query", *MODEL, *answers]), 0)
        kept = load_file(FIXTURE / "queries.safetensors")["q"]
        np.testing.assert_allclose(load_file(out)["q"], kept, rtol=1e-2, atol=1e-3 * np.abs(kept).max())
        for pattern in ("it is already there", "it is not the file that the manifest describes"):
            said = io.StringIO()
            with self.subTest(pattern), contextlib.redirect_stderr(said):
                self.assertEqual(main(["query", *MODEL, *answers]), 1)
                self.assertRegex(said.getvalue(), pattern)
            out.unlink(missing_ok=True)
            (run / "projection.safetensors").write_bytes(b"other")


if __name__ == "__main__":
    unittest.main()
