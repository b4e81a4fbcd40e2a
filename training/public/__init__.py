"""Measuring the systems on public corpora: protocols, systems, one file a (protocol, system, seed, fold), the table."""
