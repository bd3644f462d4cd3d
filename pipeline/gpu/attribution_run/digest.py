"""What a manifest says of a file: its size, its SHA-256, and its keccak256 as the chain knows it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict

from Crypto.Hash import keccak as _keccak

PIECE_BYTES = 1 << 22


class Digest(TypedDict):
    bytes: int
    sha256: str
    keccak256: str


def keccak256(*parts: bytes) -> str:
    """Ethereum's keccak256 of the parts one after another, as 0x and 64 hexadecimal digits."""
    return f"0x{_hasher(*parts).hexdigest()}"


def keccak256_bytes(*parts: bytes) -> bytes:
    digest: bytes = _hasher(*parts).digest()
    return digest


def _hasher(*parts: bytes):  # type: ignore[no-untyped-def]  # pycryptodome has no types for it
    hasher = _keccak.new(digest_bits=256)
    for part in parts:
        hasher.update(part)
    return hasher


def digest_file(path: Path) -> Digest:
    """The digest of a file of any size, a piece in memory at a time."""
    sha256, keccak, size = hashlib.sha256(), _hasher(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            sha256.update(piece)
            keccak.update(piece)
            size += len(piece)
    return {"bytes": size, "sha256": sha256.hexdigest(), "keccak256": f"0x{keccak.hexdigest()}"}
