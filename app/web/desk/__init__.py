"""Pages of the dispatcher: the day and what is driven, what stays open, vehicles, who can be relied on."""
