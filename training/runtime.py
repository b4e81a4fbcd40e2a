"""onnxruntime with its telemetry off: an analyzer of unpublished news must not report to anybody that it runs."""

from __future__ import annotations

import importlib
import os
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when the library is loaded; see its Privacy.md

import onnxruntime

__all__ = ["onnxruntime", "quantization"]


def quantization() -> Any:
    """`onnxruntime.quantization`, which needs `onnx` and is therefore no part of inference."""
    return importlib.import_module("onnxruntime.quantization")
