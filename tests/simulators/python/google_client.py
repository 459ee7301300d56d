"""Google's own Python clients make their round trip against the simulator.

Environment: SIMULATOR_URL. The client `demo` must be allowed to come back to BACK.
Prints one line a step; the first thing that is not as at Google ends it with a traceback.
"""

import os
import urllib.parse

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the simulator speaks plain http on loopback

import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

URL = os.environ["SIMULATOR_URL"]
BACK = "http://127.0.0.1:8080/connections/google/back"
SCOPES = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
    "https://www.googleapis.com/auth/calendar",
]
CONFIG = {
    "web": {
        "client_id": "demo",
        "client_secret": "demo-secret",
        "auth_uri": URL + "/o/oauth2/v2/auth",
        "token_uri": URL + "/token",
        "redirect_uris": [BACK],
    }
}


def refused(status, call, reason=None):
    """The call must fail with this status, and with this reason if one is given."""
    try:
        call()
    except HttpError as error:
        assert error.resp.status == status, error
        reasons = [detail.get("reason") for detail in error.error_details]
        assert reason is None or reason in reasons, (reason, error.error_details)
        return
    raise AssertionError(f"{status} was expected")


def service(name, version, path, credentials):
    return build(
        name,
        version,
        credentials=credentials,
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": URL + path},
    )


def sign_in():
    """The code flow with PKCE through google-auth-oauthlib; the person is played by a form post."""
    flow = Flow.from_client_config(
        CONFIG, SCOPES, redirect_uri=BACK, autogenerate_code_verifier=True
    )
    address, state = flow.authorization_url(access_type="offline", prompt="consent")
    page = requests.get(address, timeout=20)
    assert page.status_code == 200 and "dana@example.com" in page.text, page.text
    decision = {
        "request": urllib.parse.urlsplit(address).query,
        "account": "dana@example.com",
        "scope": SCOPES,
        "action": "continue",
    }
    answer = requests.post(
        URL + "/o/oauth2/v2/auth", data=decision, allow_redirects=False, timeout=20
    )
    back = answer.headers["Location"]
    assert back.startswith(BACK) and urllib.parse.quote(state) in back, back
    flow.fetch_token(authorization_response=back)
    credentials = flow.credentials
    assert credentials.refresh_token and credentials.id_token and credentials.valid
    return credentials


def refresh(credentials):
    kept = credentials.refresh_token
    before = credentials.token
    credentials.refresh(Request())
    assert credentials.token != before and credentials.refresh_token == kept


def person(credentials):
    info = service("oauth2", "v2", "/", credentials).userinfo().get().execute()
    assert info["email"] == "dana@example.com" and info["verified_email"] is True, info


def calendars(api):
    entries = {}
    ask = api.calendarList().list(maxResults=2, showHidden=True)
    while ask is not None:
        answer = ask.execute()
        entries.update({entry["id"]: entry["accessRole"] for entry in answer["items"]})
        ask = api.calendarList().list_next(ask, answer)
    assert answer["nextSyncToken"]
    assert entries["dana@example.com"] == "owner" and "reader" in entries.values(), entries
    assert api.calendarList().get(calendarId="primary").execute()["primary"] is True
    assert api.colors().get().execute()["event"]["1"]["background"]


def event(day, **more):
    return {
        "summary": "Visit",
        "start": {"dateTime": f"2026-12-{day:02}T10:00:00+02:00", "timeZone": "Asia/Jerusalem"},
        "end": {"dateTime": f"2026-12-{day:02}T11:00:00+02:00", "timeZone": "Asia/Jerusalem"},
        **more,
    }


def everything(ask, api):
    """All pages of a list; gives back the items and the sync token."""
    items = []
    while True:
        answer = ask.execute()
        items += answer["items"]
        following = api.events().list_next(ask, answer)
        if following is None:
            return items, answer["nextSyncToken"]
        ask = following


def events(api):
    create = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    body = event(
        1,
        id="abc123",
        conferenceData=create,
        attendees=[{"email": "guest@example.com"}],
        extendedProperties={"private": {"mid": "1"}},
    )
    insert = api.events().insert(
        calendarId="primary", body=body, conferenceDataVersion=1, sendUpdates="all"
    )
    made = insert.execute()
    assert made["id"] == "abc123" and made["hangoutLink"].startswith("https://meet.google.com/")
    refused(409, insert.execute, "duplicate")
    refused(400, api.events().insert(calendarId="primary", body=event(1, id="UPPER")).execute)

    got = api.events().get(calendarId="primary", eventId="abc123").execute()
    assert got == made
    patch = api.events().patch(calendarId="primary", eventId="abc123", body={"summary": "Later"})
    patch.headers["If-Match"] = made["etag"]
    changed = patch.execute()
    assert changed["summary"] == "Later" and changed["etag"] != made["etag"]
    again = api.events().patch(calendarId="primary", eventId="abc123", body={"summary": "No"})
    again.headers["If-Match"] = made["etag"]
    refused(412, again.execute, "conditionNotMet")
    replaced = api.events().update(calendarId="primary", eventId="abc123", body=event(2)).execute()
    assert replaced["start"]["dateTime"].startswith("2026-12-02")

    found = api.events().list(calendarId="primary", privateExtendedProperty=["mid=1", "x=2"])
    assert found.execute()["items"] == []


def series(api):
    body = event(7, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    made = api.events().insert(calendarId="primary", body=body).execute()
    answer = api.events().instances(calendarId="primary", eventId=made["id"]).execute()
    assert len(answer["items"]) == 3
    api.events().delete(calendarId="primary", eventId=answer["items"][1]["id"]).execute()
    singles = api.events().list(calendarId="primary", singleEvents=True, orderBy="startTime")
    assert len(singles.execute()["items"]) == 3  # the visit and two of the series
    api.events().delete(calendarId="primary", eventId=made["id"]).execute()


def sync(api):
    for day in (10, 11, 12):
        api.events().insert(calendarId="primary", body=event(day)).execute()
    items, token = everything(api.events().list(calendarId="primary", maxResults=2), api)
    assert len(items) == 4, items
    api.events().delete(calendarId="primary", eventId="abc123").execute()
    refused(410, api.events().delete(calendarId="primary", eventId="abc123").execute, "deleted")
    items, token = everything(api.events().list(calendarId="primary", syncToken=token), api)
    assert [(item["id"], item["status"]) for item in items] == [("abc123", "cancelled")], items
    beside = api.events().list(calendarId="primary", syncToken=token, q="x")
    refused(400, beside.execute)
    requests.post(
        URL + "/_control/invalidate-sync-tokens", json={}, timeout=20
    ).raise_for_status()
    refused(410, api.events().list(calendarId="primary", syncToken=token).execute, "fullSyncRequired")


def watch(api):
    channel = {
        "id": "01234567-89ab-cdef-0123456789ab",
        "type": "web_hook",
        "address": "https://example.test/hook",
        "token": "org=1",
        "params": {"ttl": "604800"},
    }
    opened = api.events().watch(calendarId="primary", body=channel).execute()
    assert opened["resourceId"] and int(opened["expiration"])
    ended = {"id": channel["id"], "resourceId": opened["resourceId"]}
    api.channels().stop(body=ended).execute()
    refused(404, api.channels().stop(body=ended).execute)


def busy(api):
    asked = {
        "timeMin": "2026-12-10T00:00:00Z",
        "timeMax": "2026-12-11T00:00:00Z",
        "items": [{"id": "primary"}],
    }
    answer = api.freebusy().query(body=asked).execute()
    assert answer["calendars"]["primary"]["busy"] == [
        {"start": "2026-12-10T08:00:00Z", "end": "2026-12-10T09:00:00Z"}
    ], answer


def forbidden(api):
    team = "c_team@group.calendar.google.com"
    api.events().list(calendarId=team).execute()
    write = api.events().insert(calendarId=team, body=event(1))
    refused(403, write.execute, "requiredAccessLevel")
    refused(404, api.events().list(calendarId="noa@example.com").execute, "notFound")


def an_expired_token_is_refreshed_on_the_way(credentials, api):
    """google-auth meets the 401, refreshes and tries again by itself."""
    before = credentials.token
    requests.post(URL + "/_control/expire-access-tokens", json={}, timeout=20).raise_for_status()
    api.colors().get().execute()
    assert credentials.token != before


def revoke(credentials, api):
    answer = requests.post(URL + "/revoke", data={"token": credentials.refresh_token}, timeout=20)
    assert answer.status_code == 200, answer.text
    fresh = Credentials(
        None,
        refresh_token=credentials.refresh_token,
        token_uri=URL + "/token",
        client_id="demo",
        client_secret="demo-secret",
    )
    try:
        fresh.refresh(Request())
    except RefreshError as error:
        assert "invalid_grant" in str(error), error
    else:
        raise AssertionError("a revoked refresh token was taken")


def main():
    credentials = sign_in()
    refresh(credentials)
    person(credentials)
    api = service("calendar", "v3", "/calendar/v3/", credentials)
    for step in (calendars, events, series, sync, watch, busy, forbidden):
        step(api)
        print("ok", step.__name__)
    an_expired_token_is_refreshed_on_the_way(credentials, api)
    revoke(credentials, api)
    print("ok sign-in, refresh, revoke")


main()
