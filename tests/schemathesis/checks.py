"""What holds of every answer, whatever was asked: nothing of another business is in it."""

import os

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


@schemathesis.check
def nothing_of_another_business(ctx, response, case):
    sent = f"{case.path_parameters} {case.query} {case.body}"
    for word in FOREIGN:
        # What was asked with may stand in a link or an error; what wasn't came from elsewhere.
        assert word in sent or word not in response.text, f"another business's {word} is told"
