"""Items from a data set, each with the row that it is."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import unittest
from pathlib import Path

from attribution_run.contributions import Item, read_items
from attribution_run.items import main
from datasets import ClassLabel, Dataset, Features, Value

# A split for tests hides its labels as −1.
ROWS = {"text": ["so warm", "", "so cold", "dull: „grau“", "hidden"], "label": [1, 1, 0, 0, -1]}
FEATURES = Features({"text": Value("string"), "label": ClassLabel(names=["bad", "good"])})


class Items(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "data").mkdir()
        Dataset.from_dict(ROWS, features=FEATURES).to_parquet(str(self.folder / "data" / "train.parquet"))
        self.out = self.folder / "items.jsonl"

    def run_main(self, *arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main([*arguments, "--out", str(self.out)])
        return code, said.getvalue()

    def test_name_their_classes_and_their_rows(self) -> None:
        code, said = self.run_main("--dataset", str(self.folder / "data"))
        self.assertEqual((code, "2 rows without a text or a label are left out" in said), (0, True))
        items = [Item("good", "so warm"), Item("bad", "so cold"), Item("bad", "dull: „grau“")]
        self.assertEqual(read_items(self.out), items)
        self.assertEqual(self.out.read_bytes(), b"".join(item.content + b"\n" for item in items))
        described = json.loads((self.folder / "items.jsonl.rows.json").read_text("utf-8"))
        self.assertEqual(described["rows"], [0, 2, 3])
        self.assertEqual(described["sha256"], hashlib.sha256(self.out.read_bytes()).hexdigest())
        self.assertEqual(self.run_main("--dataset", str(self.folder / "data"))[0], 1)

    def test_are_refused_with_what_is_wrong(self) -> None:
        for arguments, what in (
            (["--dataset", "example/reviews"], "a data set of the Hub is named without its commit"),
            (["--dataset", "example/reviews", "--revision", "main"], "named without its commit (found main)"),
            (["--dataset", str(self.folder / "data"), "--text", "review"], 'row 0: it has no column "review"'),
            (["--dataset", str(self.folder / "data"), "--text", "label"], 'row 0: its column "label" is no text'),
            (["--dataset", str(self.folder / "data"), "--split", "test"], "it cannot be read as a data set"),
        ):
            with self.subTest(what):
                code, said = self.run_main(*arguments)
                self.assertEqual((code, self.out.exists()), (1, False))
                self.assertIn(what, said)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    unittest.main()
