"""One thin module a DVC stage; `run_stage` is what they share."""
