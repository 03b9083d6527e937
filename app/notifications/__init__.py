"""Notifications: what happened, told to whoever chose to hear of it: by e-mail, to a device, by text message."""
