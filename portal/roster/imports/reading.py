"""A file or pasted text into a sheet: one way in for every kind of list."""

import csv
import io
from dataclasses import replace

from portal.errors import Invalid, Refused
from portal.roster.imports.csv_rows import csv_sheet
from portal.roster.imports.decoding import decoded
from portal.roster.imports.sheet import LABELS, MOST_BYTES, Sheet, SheetRow, Unreadable
from portal.roster.imports.vcards import is_vcards, vcard_sheet
from portal.roster.registration import checked_details


def read_list(content: bytes) -> Sheet:
    """The people of a list in CSV or vCard, in whatever encoding. Raises Unreadable, which says why."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The list is larger than {MOST_BYTES // 1_000_000} MB, the most that is read.")
    text, notes = decoded(content)
    sheet = vcard_sheet(text) if is_vcards(text) else csv_sheet(text)
    return replace(sheet, notes=(*notes, *sheet.notes))


def checked_sheet(sheet: Sheet, time_zone: str) -> Sheet:
    """A sheet in the spelling that is kept, with what is wrong in each row; whoever comes twice, once.

    Phone numbers without a country code are read as of where `time_zone` lies.
    """
    return replace(sheet, rows=tuple(_checked(row, time_zone) for row in sheet.rows))


def _checked(row: SheetRow, time_zone: str) -> SheetRow:
    if row.problems:
        return row
    try:
        details = checked_details(
            time_zone, name=row.name, email=row.email, phone=row.phone, job_title=row.job_title
        )
    except Invalid as error:
        return replace(row, problems=error.fields)
    except Refused as error:
        return row.wrong("row", error.message)
    return replace(
        row, name=details.name, email=details.email, phone=details.phone, job_title=details.job_title
    )


def rewritten(sheet: Sheet) -> str:
    """A sheet as text that can be corrected and sent again: what was typed is never lost."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(LABELS.values())
    writer.writerows((row.name, row.email, row.phone, row.job_title) for row in sheet.rows)
    return buffer.getvalue()
