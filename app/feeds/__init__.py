"""Calendar feeds: a site's and a driver's days, for the calendar that somebody has already."""
