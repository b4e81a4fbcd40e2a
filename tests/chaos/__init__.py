"""A harness that kills the pipeline at random points and looks at what is left: `make chaos`."""
