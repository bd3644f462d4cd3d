"""`python -m attribution_run.items`: rows of a data set → items to contribute.

A data set of the Hub at a commit, or a folder of Parquet or JSON lines:

    items.jsonl            one {"label", "text"} a row, in the order of the data set
    items.jsonl.rows.json  the data set, its commit and split, the row that each item is, and the SHA-256 of items.jsonl

Who is asked what an item is finds the row there: nothing of it goes on chain but the commitment to the items.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .chunks import write_whole
from .errors import RunError

COMMIT = re.compile(r"[0-9a-f]{40}")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        print(write_items(options))
    except RunError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def write_items(options: argparse.Namespace) -> str:
    rows_path = options.out.with_name(f"{options.out.name}.rows.json")
    for path in (options.out, rows_path):
        if path.exists():
            raise RunError(str(path), "it is already there", "Name another file, or remove this one first.")
    rows = load_rows(options.dataset, options.revision, options.split)
    name_of = label_names(rows, options.label)
    found = list(items_of(rows, options.text, options.label, name_of))
    if not found:
        raise RunError(options.dataset, "no row has a text and a label", "Name the columns: --text, --label.")
    lines = "".join(f"{json.dumps(item, ensure_ascii=False, separators=(',', ':'))}\n" for _, item in found).encode()
    described = {
        "dataset": options.dataset,
        "revision": options.revision,
        "split": options.split,
        "sha256": hashlib.sha256(lines).hexdigest(),
        "rows": [row for row, _ in found],
    }
    write_whole(options.out, lines)
    write_whole(rows_path, f"{json.dumps(described)}\n".encode())
    left = len(rows) - len(found)
    beside = "" if left == 0 else f"; {left} rows without a text or a label are left out"
    return f"{options.out} holds {len(found)} items, {rows_path} says which rows they are{beside}."


def load_rows(dataset: str, revision: str | None, split: str) -> Any:
    """A data set of the Hub at a commit, so that a row's number means the same to everybody, or one of a folder."""
    try:
        from datasets import load_dataset
    except ImportError as error:
        remedy = "Install it: pip install 'attribution-run[datasets]'."
        raise RunError("datasets", "the package is not installed", remedy) from error
    is_folder = Path(dataset).is_dir()
    if not is_folder and (revision is None or COMMIT.fullmatch(revision) is None):
        remedy = "Say with --revision which commit: 40 hexadecimal digits, as the page of its files shows."
        raise RunError(dataset, "a data set of the Hub is named without its commit", remedy, found=revision)
    try:
        return load_dataset(dataset, revision=None if is_folder else revision, split=split)
    except Exception as error:  # its errors have no common base but this
        problem = str(error).split("\n")[0]
        remedy = "Check name, commit, split and access."
        raise RunError(dataset, "it cannot be read as a data set", remedy, split=split, problem=problem) from error


def label_names(rows: Any, column: str) -> Callable[[Any], str | None]:
    """Classes are kept as numbers, whose names stand beside them; −1 stands for a row without a label."""
    names = getattr(rows.features.get(column), "names", None)
    return str if names is None else lambda label: None if label == -1 else str(names[label])


def items_of(
    rows: Iterable[Mapping[str, Any]], text: str, label: str, name_of: Callable[[Any], str | None]
) -> Iterable[tuple[int, dict[str, str]]]:
    """The number of every row that has both, and its item."""
    for number, row in enumerate(rows):
        missing = next((column for column in (text, label) if column not in row), None)
        if missing is not None:
            columns = " ".join(row)
            raise RunError(f"row {number}", f'it has no column "{missing}"', "Name the columns.", columns=columns)
        name = None if row[label] is None else name_of(row[label])
        if row[text] in (None, "") or name is None:
            continue
        if not isinstance(row[text], str):
            remedy = "Name a column of texts; put the turns of a dialogue into one."
            raise RunError(f"row {number}", f'its column "{text}" is no text', remedy, found=type(row[text]).__name__)
        yield number, {"label": name, "text": row[text]}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="attribution_run.items", description=__doc__)
    parser.add_argument("--dataset", required=True, help="hub name, or a folder of Parquet or JSON lines")
    parser.add_argument("--revision", help="commit of a data set of the Hub")
    parser.add_argument("--split", default="train", help="(%(default)s)")
    parser.add_argument("--text", default="text", help="column of the texts (%(default)s)")
    parser.add_argument("--label", default="label", help="column of the labels (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="the items file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
