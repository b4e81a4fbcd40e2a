"""What the performance claims rest on: `make bench`, or `python -m benchmarks.run --only latency,growth`."""
