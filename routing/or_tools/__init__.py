"""The search engine on OR-Tools: who gets what (CP-SAT), and in which order to drive (routing)."""
