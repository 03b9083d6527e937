"""The living day at the service: how soon a report has a proposal, an edit its times, a listener its news."""
