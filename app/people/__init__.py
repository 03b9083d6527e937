"""People: invitations, signing in, sessions, keys, and the mails that they get."""
