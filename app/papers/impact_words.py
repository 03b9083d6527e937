"""What is said of a report's figures, on the page and on paper."""

USE_WORDS = {"meals": "Meals", "co2e": "CO₂e avoided"}
# A number with its unit, by what it is counted with.
UNIT_WORDS = {"meals": "{value} g of food per meal", "co2e": "{value} g of CO₂e avoided per kg of food"}
GINI_NOTE = (
    "Gini: the mean difference between the fill rates of all pairs of food banks, as a part of twice their mean. 0 is"
    " all alike, near 1 one food bank has everything. It is for looking at; plans steer by the lowest fill rate."
)
FACTOR_NOTE = (
    "Each vehicle counts with its own grams per kilometre, as it was entered. No published factor is for a"
    " refrigerated van: count 1.19 times that of the dry van."
)
PEOPLE_NOTE = (
    "People are those that the needs name of the places that got food. The same people come again, so days are never"
    " added up: it is the day that reached most."
)
RECORDED_NOTE = (
    "Counted from the ledger, after all corrections, and from what drivers reported. Kilometres are those of the"
    " driven routes as they were last published."
)
SENTENCES = {GINI_NOTE, FACTOR_NOTE, PEOPLE_NOTE, RECORDED_NOTE, *USE_WORDS.values(), *UNIT_WORDS.values()}
