"""What holds of every answer, whatever was asked: nothing of another business is in it."""

import io
import itertools
import os
import zipfile

import schemathesis

FILES = [
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
