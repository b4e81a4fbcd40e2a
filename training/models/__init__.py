"""The only place that trains: encoder, heads, fine-tuning and baselines."""
