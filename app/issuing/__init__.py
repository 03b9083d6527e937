"""Issued papers: a check code for each, by which anybody sees whether it is ours and still what the ledger says.

A kind of paper is one entry in `kinds`: how to read today what the paper says. `issue` gives a paper its code before it
is drawn, `keep_file` remembers the digest of what was drawn, `checking` answers whoever has a code.
"""
