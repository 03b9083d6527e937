"""The rule book: what is allowed and what is owed. Pure, and knows only itself and the standard library."""
