"""The promises as numbers: folds of the ledger and the coordinated day against the day alone."""
