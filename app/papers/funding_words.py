"""What a sponsor's report says, on the page and on paper."""

TITLE = "What the money of {giver} did"
SINCE = "Since {day}, as of {now}."
RULE = (
    "Only routes that were driven and reported are counted, each for its kilometres, hours and use at the rates of its"
    " vehicle. A route is paid first from money for such routes alone, then from the money that ends first, to the"
    " cent; no route is paid for twice. Where several gave for one route, each is told its part of the food."
)
NOTHING = "Nothing was paid with this money yet."
NO_FOOD = "No food moved"
PLACES = "Food was brought to"
ONLY_PUBLIC = "Only food banks that say in public where they are are named."
MORE_PLACES = ("{count} more food bank", "{count} more food banks")
COUNTED_PLACES = ("{count} food bank", "{count} food banks")
WHO = "This report is about this giver's money alone."
HEADINGS = ("Day", "Vehicle", "Distance", "Food", "Paid")
OF_MONTH = ("Month", "Routes", "Food", "Meals", "Paid")
SENTENCES = {TITLE, SINCE, RULE, NOTHING, NO_FOOD, PLACES, ONLY_PUBLIC, WHO, *HEADINGS, *OF_MONTH}
