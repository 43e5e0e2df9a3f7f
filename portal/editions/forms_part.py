"""The form of one part of a draft, made from the descriptions of the policy's parameters.

A parameter that is added to `portal.policy.parameters` appears here by itself, with its words, its bounds and
its check. Everything is kept as typed; the policy alone says what cannot stand.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.widgets import CheckboxInput, ListWidget

from portal.editions.typed import Typing, typing_of
from portal.forms import PortalForm
from portal.policy.edition import Edition
from portal.policy.edition_checks import Problem, annotated_fields
from portal.policy.holiday_list import KNOWN_HOLIDAYS
from portal.policy.wording import WEEKDAYS

SPARE_ROWS, MOST_ROWS = 2, 200
# Lists whose items come from a known set, by parameter: stored value and words.
CHOICES: dict[str, list[tuple[Any, str]]] = {
    "weekdays": list(enumerate(WEEKDAYS)),
    "holidays": [(name, name) for name in KNOWN_HOLIDAYS],
}
Path = str


class PartForm(PortalForm):
    """What every part's form has: the mark of what it showed. Use `part_form` to get one."""

    seen = HiddenField()
    kind: Any = None

    def fill(self, values: dict[str, Any]) -> None:
        """Show the stored values of the part."""
        for name, kind, note in annotated_fields(self.kind):
            _fill(self[name], kind, note, values[name])

    def make_room(self) -> None:
        """Offer empty rows after those of every list that can grow."""
        for name, kind, _ in annotated_fields(self.kind):
            if isinstance(self[name], FieldList) and not _fixed(_row_kind(kind)):
                self._grow(self[name])

    def read(self, shown: dict[str, Any]) -> tuple[dict[str, Any], dict[Path, Field]]:
        """The values as stored, and the field behind each path; what cannot be read is told beside its field.

        Such a value is left as `shown` has it, so that the rest can be checked all the same.
        """
        values: dict[str, Any] = {}
        behind: dict[Path, Field] = {}
        for name, kind, note in annotated_fields(self.kind):
            values[name] = _read(self[name], name, kind, note, shown.get(name), behind)
        return values, behind

    def tell(self, problems: tuple[Problem, ...], behind: dict[Path, Field]) -> None:
        """Put each of the policy's problems beside the field it is about."""
        for problem in problems:
            _, _, path = problem.field.partition(".")
            field = behind.get(path) or behind.get(path.partition("[")[0].partition(".")[0]) or self.seen
            if not field.errors or isinstance(field, FieldList):
                _add_error(field, _in_its_unit(problem, field))

    @property
    def shown(self) -> list[Field]:
        """The fields of the part's parameters, in the order of the policy."""
        return [self[name] for name, _, _ in annotated_fields(self.kind)]

    def can_grow(self, name: str) -> bool:
        """Whether rows of a list come and go."""
        return not _fixed(_row_kind(get_type_hints(self.kind)[name]))

    def row_names(self, name: str, edition: Edition) -> list[str]:
        """What each row of a list whose rows are fixed is for, in words."""
        mine = next(
            rules
            for part, _, _ in annotated_fields(Edition)
            if isinstance(rules := getattr(edition, part), self.kind)
        )
        return [] if self.can_grow(name) else [item.key for item in getattr(mine, name)]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is told beside any field. Lists are told of their rows first."""
        for field in self:
            if isinstance(field, FieldList):
                rows = [row.errors for row in field if row.errors]
                field.errors = [*(e for e in field.errors if isinstance(e, str)), *rows]
        return not self.errors

    def _grow(self, rows: Any) -> None:
        blank = sum(_is_blank(row.form) for row in rows)
        for _ in range(min(SPARE_ROWS - blank, MOST_ROWS - len(rows))):
            rows.append_entry()


@cache
def part_form(part: str) -> type[PartForm]:
    """The form of a part by its name. Raises KeyError for an unknown one."""
    kind = get_type_hints(Edition)[part]
    fields = {name: _unbound(name, inner, note) for name, inner, note in annotated_fields(kind)}
    return type(f"{kind.__name__}Form", (PartForm,), {"kind": kind, **fields})


def _unbound(name: str, kind: Any, note: Any) -> Any:
    if get_origin(kind) is not tuple:
        typing = typing_of(kind, note)
        label = note.words + (f", {typing.unit}" if typing.unit else "")
        return StringField(label, description=typing.hint, render_kw=_attributes(typing))
    if name in CHOICES:
        choices = [SelectChoice(value, words) for value, words in CHOICES[name]]
        coerce = type(CHOICES[name][0][0])
        return SelectMultipleField(
            note.words, choices=choices, coerce=coerce, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        )  # fmt: skip
    inner = get_args(kind)[0]
    if _is_row(inner):
        return FieldList(FormField(_row_form(inner)), note.words, max_entries=MOST_ROWS)
    typing = typing_of(inner, None)
    return TextAreaField(
        note.words, description=f"One a line. {typing.hint}".strip(), render_kw={"rows": "4"}
    )


@cache
def _row_form(kind: Any) -> type[Form]:
    return type(f"{kind.__name__}Row", (Form,), dict(_row_fields(kind)))


def _row_fields(kind: Any) -> Iterator[tuple[str, Any]]:
    for name, inner, note in annotated_fields(kind):
        if not _is_term(inner):
            typing = typing_of(inner, note)
            label = note.words if note else name
            words = label + (f", {typing.unit}" if typing.unit and typing.unit not in label.lower() else "")
            yield name, StringField(words, description=typing.hint, render_kw=_attributes(typing))


def _attributes(typing: Typing) -> dict[str, Any]:
    return {"autocomplete": "off", **typing.attributes}


def _fill(field: Any, kind: Any, note: Any, value: Any) -> None:
    if get_origin(kind) is not tuple:
        field.data = typing_of(kind, note).show(value)
    elif isinstance(field, FieldList):
        for item in value:
            _fill_row(field.append_entry().form, _row_kind(kind), item)
    else:
        show = typing_of(get_args(kind)[0], None).show
        field.data = value if isinstance(field, SelectMultipleField) else "\n".join(map(show, value))


def _fill_row(form: Any, kind: Any, item: dict[str, Any]) -> None:
    for name, inner, note in annotated_fields(kind):
        if name in form:
            form[name].data = typing_of(inner, note).show(item[name])


def _read(field: Any, path: Path, kind: Any, note: Any, shown: Any, behind: dict[Path, Field]) -> Any:
    behind[path] = field
    if get_origin(kind) is not tuple:
        return _read_one(field, typing_of(kind, note), shown)
    if isinstance(field, SelectMultipleField):
        return [value for value, _ in CHOICES[path] if value in (field.data or [])]
    if isinstance(field, FieldList):
        return _read_rows(field, path, _row_kind(kind), shown or [], behind)
    return list(_read_lines(field, typing_of(get_args(kind)[0], None)))


def _read_one(field: Any, typing: Typing, shown: Any) -> Any:
    try:
        return typing.read(field.data or "")
    except ValueError as problem:
        _add_error(field, str(problem))
        return shown


def _read_lines(field: Any, typing: Typing) -> Iterator[Any]:
    for number, line in enumerate((field.data or "").splitlines(), 1):
        if line.strip():
            try:
                yield typing.read(line)
            except ValueError as problem:
                _add_error(field, f"Line {number}: {problem}")


def _read_rows(
    rows: Any, path: Path, kind: Any, shown: list[dict[str, Any]], behind: dict[Path, Field]
) -> list[dict[str, Any]]:
    read = []
    for number, row in enumerate(rows):
        was = shown[number] if number < len(shown) else {}
        if _fixed(kind) or not _is_blank(row.form):
            read.append((_read_row(row.form, kind, was), row.form))
    if not _fixed(kind):
        read.sort(key=lambda pair: _place(pair[0], kind))
    for number, (_, form) in enumerate(read):
        behind |= {f"{path}[{number}].{field.short_name}": field for field in form}
    return [values for values, _ in read]


def _read_row(form: Any, kind: Any, was: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, inner, note in annotated_fields(kind):
        fallback = was.get(name, getattr(note, "least", "-"))
        values[name] = (
            _read_one(form[name], typing_of(inner, note), fallback) if name in form else was.get(name)
        )
    return values


def _place(values: dict[str, Any], kind: Any) -> tuple[tuple[bool, Any], ...]:
    """Where a row stands among the others: in the order of what tells it from them, the open end last."""
    told = [name for name, _, note in annotated_fields(kind) if getattr(note, "is_identity", False)]
    return tuple((values[name] is None, values[name] if values[name] is not None else 0) for name in told)


def _is_blank(form: Any) -> bool:
    return not any((field.data or "").strip() for field in form)


def _add_error(field: Any, message: str) -> None:
    field.errors = [*field.errors, message]


def _in_its_unit(problem: Problem, field: Any) -> str:
    """What is wrong, in a sentence; bounds as the field's hint has them, since money is kept in cents."""
    told, hint = problem.problem, str(field.description)
    if told.startswith("must be from") and hint.startswith("From"):
        return f"Must be f{hint[1:]}"
    return f"{told[0].upper()}{told[1:]}."


def _is_row(kind: Any) -> bool:
    return hasattr(kind, "__dataclass_fields__")


def _is_term(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _row_kind(kind: Any) -> Any:
    return get_args(kind)[0]


def _fixed(kind: Any) -> bool:
    """Whether the rows are one for each term of a closed list, so that none comes or goes."""
    return any(_is_term(inner) for _, inner, _ in annotated_fields(kind))
