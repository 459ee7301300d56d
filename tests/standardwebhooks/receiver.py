"""Somebody's program that is told by webhooks, or tells: the reference library from PyPI, which knows nothing
of OXPI.

Reads one JSON document from standard input: the secret, and messages with their headers and body. Answers for
each whether it verifies, and what the library itself would have signed it with: of a message that has no
signature yet, only that.
"""

import json
import sys
from datetime import datetime, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def told(webhook, message):
    headers = message["headers"]
    try:
        webhook.verify(message["body"], headers)
        verifies = True
    except WebhookVerificationError:
        verifies = False
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=timezone.utc)
    signed = webhook.sign(headers["webhook-id"], at, message["body"])
    return {"verifies": verifies, "signed": signed}


asked = json.load(sys.stdin)
webhook = Webhook(asked["secret"])
json.dump([told(webhook, message) for message in asked["messages"]], sys.stdout)
