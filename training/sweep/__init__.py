"""`mawaqif sweep`: a resumable search for the hyperparameters of one task, scored on the dev split."""
