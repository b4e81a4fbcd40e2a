"""Score articles with an exported bundle: onnxruntime and tokenizers, neither torch nor transformers."""
