// A program: its token is made in the browser, it learns from the document what there is, and works until
// the token is revoked. In between it is told by webhooks: endpoints.mjs.
import assert from "node:assert/strict";
import { Client } from "../client.mjs";

export const programs = [
  ["a token is made, shown once, and good for what was ticked", make],
  ["the document tells a program all there is to do", learn],
  ["it adds somebody once, however often it asks, and an open list shows her", add],
  ["it reads page by page", pages],
  ["it changes what is still the same, and nothing else", change],
];

export const programsEnd = [
  ["the activity log names it, and revoking ends it", revoke],
  ["the calendar is read at its secret address until that is withdrawn", feed],
];

const SCOPES = ["people:read", "people:write", "tasks:write", "appointments:write"];

async function make(trip) {
  const { page, kept } = trip;
  await trip.open("/settings");
  await trip.press('main a[href="/settings/tokens"]', /^\/settings\/tokens$/);
  await trip.look("tokens none");
  await page.locator("main [name=name]").fill("Web shop");
  for (const scope of SCOPES) {
    await page.locator(`[name=scope][value="${scope}"]`).check({ force: true });
  }
  await trip.pressProven('form[action="/settings/tokens"] .actions button', "#token");
  await trip.look("token made");
  const token = await page.locator("#token").inputValue();
  assert.match(token, /^oxpi_[\w-]{43}$/);
  kept.client = new Client(await page.locator("#address").inputValue(), token);
  kept.documentAt = await page.locator('main a[href$="openapi.json"]').getAttribute("href");
  await trip.open("/settings/tokens");
  await trip.contains("main", "Web shop", token.slice(-4));
  assert.ok(!(await page.content()).includes(token), "the token is shown again");
  await trip.look("tokens");
}

async function learn({ kept, house }) {
  const document = await kept.client.learn();
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(await (await fetch(new URL(kept.documentAt, house.base))).json(), document);
  assert.equal(document.components.securitySchemes.token.scheme, "bearer");
  const { status, json } = await kept.client.call("What this token is good for");
  assert.deepEqual([status, json.scopes.toSorted()], [200, SCOPES.toSorted()]);
  const team = await kept.client.call("The team");
  assert.deepEqual([team.status, team.json.code], [403, "scope"], "what wasn't ticked was let through");
  assert.match(team.headers.get("www-authenticate"), /team:read/);
}

async function add(trip) {
  const { page, kept } = trip;
  await trip.open("/people");
  await page.evaluate(() => (window.stayed = true));
  const rows = page.locator("table .row-title", { hasText: "Noga Program" });
  assert.equal(await rows.count(), 0);
  // What the document shows as an example is taken as it stands.
  const body = { ...kept.client.example("Add a person"), name: "Noga Program", source: "program" };
  const headers = { "Idempotency-Key": "order-1" };
  const first = await kept.client.call("Add a person", { body, headers });
  const again = await kept.client.call("Add a person", { body, headers });
  assert.deepEqual([first.status, again.status], [201, 201], first.text);
  assert.equal(first.json.id, again.json.id, "somebody was added twice");
  assert.equal(new URL(first.headers.get("location"), trip.house.base).pathname.split("/").at(-1), first.json.id);
  const other = await kept.client.call("Add a person", { body: { name: "Other" }, headers });
  assert.deepEqual([other.status, other.json.code], [422, "key-other"]);
  kept.programPerson = first.json.id;
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  assert.ok(await page.evaluate(() => window.stayed), "the list was loaded anew");
  await trip.press(rows.first(), /^\/people\/[0-9a-f-]{36}$/);
  assert.equal(trip.path(), `/people/${first.json.id}`);
}

async function pages({ kept }) {
  for (const name of ["Page one", "Page two"]) {
    await kept.client.call("Add a person", { body: { name, source: "program" } });
  }
  const sizes = [];
  const names = [];
  for (let next = ""; next !== null; ) {
    const asked = { source: "program", order: "name", limit: 2, ...(next && { after: next }) };
    const { status, json, text } = await kept.client.call("List people", asked);
    assert.equal(status, 200, text);
    sizes.push(json.items.length);
    names.push(...json.items.map((person) => person.name));
    next = json.next;
  }
  assert.deepEqual([names, sizes], [["Noga Program", "Page one", "Page two"], [2, 1]]);
}

async function change({ kept }) {
  const person = kept.programPerson;
  const read = await kept.client.call("A person", { person });
  const headers = { "If-Match": read.headers.get("etag") };
  const done = await kept.client.call("Change a person", { person, headers, body: { company: "Shop", source: null } });
  assert.deepEqual([done.status, done.json.company, done.json.source], [200, "Shop", ""], done.text);
  const late = await kept.client.call("Change a person", { person, headers, body: { company: "Late" } });
  assert.deepEqual([late.status, late.json.code], [412, "changed"]);
  const now = await kept.client.call("A person", { person });
  assert.equal(now.json.company, "Shop");
  assert.equal(now.headers.get("etag"), done.headers.get("etag"));
}

async function revoke(trip) {
  const { page, kept } = trip;
  await trip.open("/activity");
  await trip.contains("main", "Web shop");
  await trip.open("/settings/tokens");
  assert.equal((await kept.client.call("List people")).status, 200);
  await page.locator("[popovertarget^=revoke-]").first().click();
  await trip.press("[popover] form[action$='/revoke'] button >> nth=0", /^\/settings\/tokens$/);
  await trip.reads(".toast", "said-token-revoked");
  assert.ok(!(await trip.text()).includes("Web shop"), "it is listed still");
  const after = await kept.client.call("List people");
  assert.deepEqual([after.status, after.json.code], [401, "token"]);
}

// As a calendar program asks: without a token and without a session.
const file = (trip, address) => fetch(new URL(address, trip.house.base));

async function feed(trip) {
  const { page } = trip;
  await trip.open("/calendar");
  await trip.press('main a[href="/calendar/feed"]', /^\/calendar\/feed$/);
  await trip.pressProven('form[action="/calendar/feed"] button', "#address");
  await trip.look("feed made");
  const address = await page.locator("#address").inputValue();
  const reply = await file(trip, address);
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  assert.match(text, /^BEGIN:VCALENDAR/);
  // What the program booked is in the calendar that another program reads.
  assert.ok(text.includes("SUMMARY:Fitting by a program"), text);
  await page.locator('main [popovertarget="withdraw-feed"]').first().click();
  await trip.press("#withdraw-feed .button-bad-main", /^\/calendar\/feed$/);
  assert.equal((await file(trip, address)).status, 404);
}
