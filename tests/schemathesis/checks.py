"""What holds of every answer, whatever was asked: nothing of another business is in it."""

import io
import itertools
import os
import zipfile

import schemathesis
from schemathesis.specs.openapi import checks as built_in

FILES = [
    "text/calendar",
    "text/csv",
    "text/vcard",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]


# A file is sent as it is, whatever it says it is.
schemathesis.serializer.alias(FILES, "application/octet-stream")

FOREIGN = [word for word in os.environ.get("OXPI_FOREIGN", "").split(",") if word]


KEYS = itertools.count()


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """A key that a request may have is its own: one that came before is answered as it was then, though
    what it made may be gone since."""
    if case.meta is None or case.meta.phase.name != "stateful":
        return
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) <= 200 and key.isascii() and key.isprintable():
        case.headers["Idempotency-Key"] = f"key-{next(KEYS)}"


def told(response):
    """What an answer says: of a workbook, what stands in its parts."""
    content = response.content
    if not content.startswith(b"PK\x03\x04"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(part).decode("utf-8", "replace") for part in book.namelist())


@schemathesis.check
def nothing_of_another_business(ctx, response, case):
    sent = f"{case.path_parameters} {case.query} {case.body}"
    said = told(response)
    for word in FOREIGN:
        # What was asked with may stand in a link or an error; what wasn't came from elsewhere.
        assert word in sent or word not in said, f"another business's {word} is told"


RECREATED = built_in._resource_recreated_after_delete


def recreated_or_restored(ctx, *, delete_case_id, current_case_id, delete_path):
    """What was removed is there again once it was made anew, which is known there, or brought back."""
    known = {"current_case_id": current_case_id, "delete_path": delete_path}
    if RECREATED(ctx, delete_case_id=delete_case_id, **known):
        return True
    removed = None
    for case in ctx.internals.find_all_cases():
        if case.id == current_case_id:
            return False
        if case.id == delete_case_id:
            removed = case
        elif removed is not None and case.path == f"{removed.path}/restore":
            response = ctx.internals.find_response(case_id=case.id)
            same = case.path_parameters == removed.path_parameters
            if same and response is not None and 200 <= response.status_code < 300:
                return True
    return False


built_in._resource_recreated_after_delete = recreated_or_restored
