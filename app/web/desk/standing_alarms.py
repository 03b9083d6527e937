"""Alarms as the dispatcher's day shows them: what is wrong, how soon somebody has to act, who was told."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.alarms import SENTENCES, Audience, Severity, words_of
from app.kit.language import PlainLanguage
from app.models.alarms import Alarm

# What stands at an alarm: how soon somebody has to act, and who was told.
SEVERITIES = {Severity.WARNING: "Warning", Severity.EMERGENCY: "Emergency"}
AUDIENCES = {
    Audience.ORGANISATION: "the organisation's dispatchers",
    Audience.NETWORK: "the network's dispatchers",
    Audience.ADMINISTRATORS: "the organisation's administrators",
    Audience.STORE: "the people of the store",
}


@dataclass(frozen=True)
class StandingAlarm:
    """An alarm as the page shows it: a sentence to translate with its words, who was told when."""

    row: Alarm

    @property
    def sentence(self) -> str:
        """What is wrong and what to do."""
        return SENTENCES[self.row.kind]

    def words(self, language: PlainLanguage) -> dict[str, str]:
        """The sentence's words, for a reader of the language."""
        return words_of(self.row.details, language.day)

    @property
    def severity(self) -> str:
        """How soon, in a word."""
        return SEVERITIES[Severity(self.row.severity)]

    @property
    def told(self) -> list[tuple[str, datetime]]:
        """Whom somebody was told, and when: since it was raised or became an emergency, and only where there was
        somebody to tell."""
        steps = [each for each in self.row.told if each["people"] and each["severity"] == self.row.severity]
        return [(AUDIENCES[Audience(each["audience"])], datetime.fromisoformat(each["at"])) for each in steps]
