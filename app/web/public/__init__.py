"""Pages for everybody, and those on which a network, a partner or a place says what they show."""
