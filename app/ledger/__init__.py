"""The ledger's rows: every gram of every line is in exactly one place."""
