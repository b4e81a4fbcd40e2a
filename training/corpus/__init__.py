"""Read, validate, normalise, deduplicate and split articles: pure functions over `schema.Article`."""
