"""Commitments as `attribution contribution add` makes them, and the bytes that both sides hash."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

from attribution_run import Contribution, Item, RunError, read_items
from attribution_run.contributions import merkle_root, rows_in_order
from attribution_run.digest import digest_file, keccak256

FIXTURE = Path(__file__).parent / "fixture" / "items"
NAME = f"0x{'ab' * 32}"


class Hashes(unittest.TestCase):
    def test_are_those_of_the_typescript_side(self) -> None:
        """Values of sdk/contribution.ts for quotes, separators, control characters and what lies beyond 16 bits."""
        item = Item('a"\u2028é', "é\n\u0001 \U0001f600 0")
        item_hash = "0xd71b111110c1e55cceddc2c1e741336a287edc41b107b8910bf7a9f7ab92e536"
        self.assertEqual(keccak256(b"\x01" * 32, item.content), item_hash)
        root = "0x0334153f9e63a0ee270581ceeb04d41cccdfb1144458be690ec7be09c324608f"
        self.assertEqual(merkle_root([bytes.fromhex(item_hash[2:])]), root)

    def test_of_nothing_are_known_constants(self) -> None:
        self.assertEqual(keccak256(b""), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        with tempfile.TemporaryDirectory() as folder:
            empty = Path(folder) / "empty"
            empty.write_bytes(b"")
            digest = digest_file(empty)
        self.assertEqual(
            (digest["bytes"], digest["sha256"][:8], digest["keccak256"][:10]), (0, "e3b0c442", "0xc5d24601")
        )


class Commitments(unittest.TestCase):
    def read(self, change: object = None, items: list[Item] | None = None) -> Contribution:
        committed = json.loads((FIXTURE / "0.commitment.json").read_text())
        if callable(change):
            change(committed)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "commitment.json"
            path.write_text(json.dumps(committed))
            return Contribution.read(NAME, path, read_items(FIXTURE / "0.jsonl") if items is None else items)

    def test_are_read_with_their_items(self) -> None:
        contribution = self.read()
        lines = [json.loads(line) for line in rows_in_order([contribution], len(contribution.item_hashes))]
        self.assertEqual([line["row"] for line in lines], list(range(len(lines))))
        self.assertEqual(lines[5], {"row": 5, "contribution": NAME, "item": 5, "itemHash": contribution.item_hashes[5]})

    def test_are_refused_where_they_are_not_of_these_items(self) -> None:
        items = read_items(FIXTURE / "0.jsonl")
        altered = [*items[:3], Item(items[3].label, f"{items[3].text} indeed"), *items[4:]]
        for pattern, call in [
            ("do not lead to its root", lambda: self.read(lambda c: c["items"].append(c["items"].pop(0)))),
            ("is no commitment", lambda: self.read(lambda c: c.pop("items"))),
            ("holds a hash that is none", lambda: self.read(lambda c: c.update(itemsRoot="0x12"))),
            ("commits to another item 3", lambda: self.read(items=altered)),
            ("another number of items", lambda: self.read(items=items[1:])),
            ("not one row for each item", lambda: list(rows_in_order([self.read()], 3))),
            ("one is named twice", lambda: list(rows_in_order([self.read()] * 2, 2 * len(items)))),
        ]:
            with self.subTest(pattern), self.assertRaisesRegex(RunError, pattern):
                call()

    def test_items_are_labelled_texts_and_nothing_else(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "items.jsonl"
            for content in ('{"label":"a","text":""}', '{"label":"a","text":"b","more":1}', "{", "[]"):
                path.write_text(f'{{"label":"a","text":"b"}}\n{content}\n')
                with self.subTest(content), self.assertRaisesRegex(RunError, "line 2 is not an item"):
                    read_items(path)
            path.write_text("\n")
            with self.assertRaisesRegex(RunError, "it holds no items"):
                read_items(path)


if __name__ == "__main__":
    unittest.main()
