"""Whose rows they are: commitments that contributors put on chain, and `rows.jsonl`, which names an item for each row.

    itemHash = keccak256(salt ‖ content)      content = UTF-8 of JSON.stringify({label, text})     docs/protocol.md

Salts are read to check that a row is the item that was committed to, and never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .digest import keccak256, keccak256_bytes
from .errors import RunError

BYTES32 = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True)
class Item:
    """A labelled text, as it was contributed."""

    label: str
    text: str

    @property
    def content(self) -> bytes:
        """The bytes that were hashed: what JavaScript's JSON.stringify gives."""
        return json.dumps({"label": self.label, "text": self.text}, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Contribution:
    """One contributor's committed items: `id` is its name on chain, the hashes are in the order of the items."""

    id: str
    item_hashes: tuple[str, ...]

    @staticmethod
    def read(contribution_id: str, commitment: Path, items: Sequence[Item] | None = None) -> Contribution:
        """Reads `commitment.json` as `contribute` left it, and holds `items` against it where they are given."""
        where = str(commitment)
        if not BYTES32.fullmatch(contribution_id):
            raise RunError("contribution", "it has no name of a contribution", "Give 0x and 64 hexadecimal digits.")
        try:
            committed = json.loads(commitment.read_text("utf-8"))
            hashes = [entry["itemHash"] for entry in committed["items"]]
            salts = [entry["salt"] for entry in committed["items"]]
            root = committed["itemsRoot"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(
                where, "it is no commitment", "Name the file that contribute made.", problem=error
            ) from error
        wrong = next((text for text in [root, *hashes, *salts] if not BYTES32.fullmatch(str(text))), None)
        if wrong is not None:
            raise RunError(where, "it holds a hash that is none", "Restore it from the contributor.", found=wrong)
        if merkle_root([bytes.fromhex(text[2:]) for text in hashes]) != root:
            raise RunError(where, "its items do not lead to its root", "Restore it from the contributor.", root=root)
        if items is not None:
            _require_same_items(where, items, salts, hashes)
        return Contribution(contribution_id, tuple(hashes))


def read_items(path: Path) -> list[Item]:
    """Reads `items.jsonl`: one {"label", "text"} a line."""
    try:
        lines = [line for line in path.read_text("utf-8").split("\n") if line]
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(str(path), "it cannot be read", "Check the path.", problem=error) from error
    items = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or set(entry) != {"label", "text"} or not all(map(_is_text, entry.values())):
            raise RunError(str(path), f"line {number} is not an item", 'Write {"label": a name, "text": some text}.')
        items.append(Item(entry["label"], entry["text"]))
    if not items:
        raise RunError(str(path), "it holds no items", 'Write one {"label", "text"} object a line.')
    return items


def rows_in_order(contributions: Sequence[Contribution], count: int) -> Iterator[str]:
    """The lines of `rows.jsonl` where rows are numbered through the contributions, as the data set was put together."""
    total = sum(len(contribution.item_hashes) for contribution in contributions)
    if total != count:
        remedy = "Give the rows of all contributions, one after another, in the order of their items."
        raise RunError("rows", "there is not one row for each item", remedy, rows=count, items=total)
    named = [contribution.id for contribution in contributions]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise RunError("contributions", "one is named twice", "Name every contribution once.", contribution=twice)
    row = 0
    for contribution in contributions:
        for item, item_hash in enumerate(contribution.item_hashes):
            entry = {"row": row, "contribution": contribution.id, "item": item, "itemHash": item_hash}
            yield json.dumps(entry, separators=(",", ":")) + "\n"
            row += 1


def merkle_root(item_hashes: Sequence[bytes]) -> str:
    """The root over the hashed item hashes: sorted pairs, an odd last node moves up. docs/protocol.md."""
    level = [keccak256_bytes(item_hash) for item_hash in item_hashes]
    while len(level) > 1:
        pairs = [keccak256_bytes(*sorted(level[i : i + 2])) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return f"0x{level[0].hex()}" if level else f"0x{'00' * 32}"


def _require_same_items(where: str, items: Sequence[Item], salts: Sequence[str], hashes: Sequence[str]) -> None:
    if len(items) != len(hashes):
        remedy = "Train on the items that were contributed."
        raise RunError(where, "it commits to another number of items", remedy, items=len(items), committed=len(hashes))
    for number, (item, salt, item_hash) in enumerate(zip(items, salts, hashes, strict=True)):
        if keccak256(bytes.fromhex(salt[2:]), item.content) != item_hash:
            raise RunError(where, f"it commits to another item {number}", "Train on the items that were contributed.")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
