"""A day under way: what of the plan is done (`standing`), what is left of lots, tours and the problem (`lots_left`,
`tours_left`, `rest_of_day`), the plan mended after news (`mend`), and how many stops that moves (`moved_stops`)."""
