"""Which passwords are good enough: long, and not what others would guess first."""

import re

from zxcvbn import zxcvbn

from app.kit.errors import FieldError, refused
from app.models.partners import Person

LOWEST_SCORE = 3  # of 4: more than ten thousand million guesses
LOOKED_AT = 72  # characters; more are not what makes a password weak


def refuse_easy(password: str, person: Person, field: str) -> None:
    """Raise `password_too_easy` (422) for one that is common, or made of the person's own name."""
    known = [person.name, person.email, *re.split(r"\W+", f"{person.name} {person.email}")]
    found = zxcvbn(password[:LOOKED_AT], user_inputs=[word for word in known if word])
    if found["score"] < LOWEST_SCORE:
        sentence = "This password is easy to guess. Take several words that do not belong together."
        raise refused("password_too_easy", sentence, [FieldError(field, sentence, "password_too_easy")])
