"""Papers that are kept: receipts, certificates and route sheets as PDF. View objects and a language in, bytes out.

One module a paper; `sheet` has the page and its style, `lines` breaks text into lines in both directions, `canvas`
writes shaped text with its tags, `fonts` has the faces. Nothing here asks a database, a request or the clock.
"""
