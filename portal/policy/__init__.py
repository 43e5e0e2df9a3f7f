"""The support policy as pure functions that read like the policy itself.

No web, no database, no clock: whoever asks says what time it is. Rule ids (WHO-3, HOW-2, ...) name
the rule behind each answer; `rules.RULES` holds their words and `edition.Edition` their numbers.
"""
