"""Why a lot stays behind (`reasons`), and the smallest change that would serve it (`changes`), proven on the day with
that change (`changed_days`) by looking at every place on its routes (`what_if`)."""
