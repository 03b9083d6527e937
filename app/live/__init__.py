"""The live view: what happened, as it happens, for whoever may hear of it."""
