"""Mail that comes in.

`sandbox.read_mail(raw, limits)` turns a raw mail into a `parsed.ParsedMail` or, when it could not be read
within its limits, a `parsed.Unparsable`; it does so in a process that can be killed. `parse.parse(raw, limits)`
is what runs there: it imports neither Flask nor the database, and raises for no bytes. Outgoing mail begins
with `marker.MARKER`.
"""
