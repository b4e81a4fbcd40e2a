"""Trained folders → the inference bundle: ONNX weights, tokenizers, thresholds, lexicons and a hashed manifest."""
