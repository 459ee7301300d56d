// A program: its token is made in the browser, and it works with the API as any program would, until the
// token is revoked.
import assert from "node:assert/strict";
import { until } from "../wait.mjs";

export const programs = [
  ["a token is made, shown once, and good for what was ticked", make],
  ["a program adds somebody once, however often it asks", add],
  ["it reads page by page", pages],
  ["it changes what is still the same, and nothing else", change],
  ["the activity log names it, and revoking ends it", revoke],
  ["the calendar is read at its secret address until that is withdrawn", feed],
];

// Presses what may ask once more who it is: ten minutes pass on a busy machine.
async function pressProven(trip, button, seen) {
  const { page, expects, traveller } = trip;
  const question = page.locator("#confirm-form");
  expects.add(403);
  await page.locator(button).click();
  await until(20, seen, async () => (await page.locator(seen).count()) > 0 || (await question.count()) > 0);
  if ((await page.locator(seen).count()) === 0) {
    await question.locator("[name=confirm_password]").fill(traveller.password);
    await question.locator("button.button-main").click();
    await page.locator(seen).waitFor();
  }
  expects.delete(403);
}

async function make(trip) {
  const { page } = trip;
  await trip.open("/settings");
  await trip.press('main a[href="/settings/tokens"]', /^\/settings\/tokens$/);
  await trip.look("tokens none");
  await page.locator("main [name=name]").fill("Web shop");
  for (const scope of ["people:read", "people:write", "activity:read"]) {
    await page.locator(`[name=scope][value="${scope}"]`).check({ force: true });
  }
  await pressProven(trip, 'form[action="/settings/tokens"] .actions button', "#token");
  await trip.look("token made");
  trip.kept.token = await page.locator("#token").inputValue();
  assert.match(trip.kept.token, /^oxpi_[\w-]{43}$/);
  await trip.open("/settings/tokens");
  await trip.contains("main", "Web shop", trip.kept.token.slice(-4));
  assert.ok(!(await page.content()).includes(trip.kept.token), "the token is shown again");
  await trip.look("tokens");
}

// As a program asks: from outside the browser.
async function ask(trip, method, path, { body, headers, token = trip.kept.token } = {}) {
  const { origin } = new URL(trip.page.url());
  const reply = await fetch(path.startsWith("/feeds/") ? `${origin}${path}` : `${origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  const isJson = /json/.test(reply.headers.get("content-type") ?? "");
  return { status: reply.status, headers: reply.headers, text, json: isJson ? JSON.parse(text) : null };
}

async function add(trip) {
  const body = { name: "Noga Program", source: "program" };
  const headers = { "idempotency-key": "order-1" };
  const first = await ask(trip, "POST", "/people", { body, headers });
  const again = await ask(trip, "POST", "/people", { body, headers });
  assert.deepEqual([first.status, again.status], [201, 201], first.text);
  assert.equal(first.json.id, again.json.id, "somebody was added twice");
  const other = await ask(trip, "POST", "/people", { body: { name: "Other" }, headers });
  assert.deepEqual([other.status, other.json.code], [422, "key-other"]);
  trip.kept.programPerson = first.json.id;
  const task = await ask(trip, "POST", "/tasks", { body: { title: "x" } });
  assert.deepEqual([task.status, task.json.code], [403, "scope"], "what wasn't ticked was let through");
  await trip.open(`/people/${first.json.id}`);
  await trip.contains("h1", "Noga Program");
}

async function pages(trip) {
  for (const name of ["Page one", "Page two"]) {
    await ask(trip, "POST", "/people", { body: { name, source: "program" } });
  }
  const names = [];
  let path = "/people?source=program&order=name&limit=2";
  for (let next = ""; next !== null; ) {
    const page = await ask(trip, "GET", next ? `${path}&after=${next}` : path);
    assert.equal(page.status, 200, page.text);
    names.push(...page.json.items.map((person) => person.name));
    next = page.json.next;
  }
  assert.deepEqual(names, ["Noga Program", "Page one", "Page two"]);
}

async function change(trip) {
  const path = `/people/${trip.kept.programPerson}`;
  const read = await ask(trip, "GET", path);
  const headers = { "if-match": read.headers.get("etag") };
  const done = await ask(trip, "PATCH", path, { headers, body: { company: "Shop", source: null } });
  assert.deepEqual([done.status, done.json.company, done.json.source], [200, "Shop", ""], done.text);
  const late = await ask(trip, "PATCH", path, { headers, body: { company: "Late" } });
  assert.deepEqual([late.status, late.json.code], [412, "changed"]);
  const now = await ask(trip, "GET", path);
  assert.equal(now.json.company, "Shop");
}

async function revoke(trip) {
  const { page } = trip;
  await trip.open("/activity");
  await trip.contains("main", "Web shop");
  await trip.open("/settings/tokens");
  await page.locator("[popovertarget^=revoke-]").first().click();
  await trip.press("[popover] form[action$='/revoke'] button >> nth=0", /^\/settings\/tokens$/);
  await trip.reads(".toast", "said-token-revoked");
  const after = await ask(trip, "GET", "/people");
  assert.deepEqual([after.status, after.json.code], [401, "token"]);
}

async function feed(trip) {
  const { page } = trip;
  await trip.open("/calendar");
  await trip.press('main a[href="/calendar/feed"]', /^\/calendar\/feed$/);
  await pressProven(trip, 'form[action="/calendar/feed"] button', "#address");
  await trip.look("feed made");
  const address = new URL(await page.locator("#address").inputValue()).pathname;
  const file = await ask(trip, "GET", address, { token: "" });
  assert.equal(file.status, 200, file.text);
  assert.match(file.text, /^BEGIN:VCALENDAR/);
  await trip.press('form[action="/calendar/feed/withdraw"] button', /^\/calendar\/feed$/);
  assert.equal((await ask(trip, "GET", address, { token: "" })).status, 404);
}
