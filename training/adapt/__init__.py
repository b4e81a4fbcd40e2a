"""Continued training of the bundled encoder on public corpora and the authored one: the recipe of `data/encoder`."""
