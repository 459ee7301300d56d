"""What holds of every answer, whatever was asked: nothing of another business is in it."""

import io
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
