"""What no plan of a day can exceed: the grams that any plan could deliver and each food bank could have (`grams`), by
what vehicles can reach (`trips`) and by what lots that stay whole can be put together (`whole_lots`)."""
