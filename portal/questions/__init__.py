"""Attendees' questions: they reach an event's Technical Contacts, and nobody else (WHO-2)."""
