"""What every form shares. Feature forms live with their feature."""

import uuid
from collections.abc import MutableMapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField


def tidy(value: str | None) -> str | None:
    """Text as typed, without blanks around it and without NUL, which PostgreSQL cannot hold."""
    return value.replace("\x00", "").strip() if value else value


class PortalForm(FlaskForm):
    """A form with its CSRF token; text is tidied before it is checked."""

    class Meta(FlaskForm.Meta):
        """Tidies every text field of every form."""

        def bind_field(self, form: Any, unbound_field: Any, options: MutableMapping[str, Any]) -> Any:
            """Tidy what is typed, except passwords, which count to the byte."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {**options, "filters": (*unbound_field.kwargs.get("filters", ()), tidy)}
            return super().bind_field(form, unbound_field, options)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

    def is_submitted(self) -> bool:
        """Whether this request sends the form, rather than asking for it."""
        return bool(super().is_submitted())  # type: ignore[no-untyped-call]

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether this request sends the form and everything in it can be taken."""
        return bool(super().validate_on_submit(extra_validators))  # type: ignore[no-untyped-call]

    def show_problems(self, fields: dict[str, str]) -> None:
        """Put a service's messages beside the fields they are about."""
        for name, message in fields.items():
            self[name].errors = [*self[name].errors, message]


class CreatingForm(PortalForm):
    """A form that creates something. Its key makes a double click, or a reload, one write."""

    form_key = HiddenField(default=lambda: str(uuid.uuid4()))

    @property
    def key(self) -> str:
        """The key as a UUID; a forged one is replaced, so that it can name nobody else's write."""
        try:
            return str(uuid.UUID(self.form_key.data or ""))
        except ValueError:
            return str(uuid.uuid4())
