// To the provider and back, and which of the account's calendars are used.
import assert from "node:assert/strict";

const ACCOUNT = { email: "dana@example.com", name: "Dana Levi" };

export const connecting = [
  ["the wizard shows the exact redirect address", wizard],
  ["the business's own client is kept and its secret not shown", saveClient],
  ["the account is asked at the provider and named on its card", consent],
  ["only calendars that the account owns can be chosen", chooseCalendar],
];

async function wizard(trip) {
  await trip.open("/connections");
  await trip.look("connections empty");
  await trip.press('main a[href^="/connections/new/"]', /^\/connections\/new\/google-calendar\/google$/);
  const address = await trip.page.locator("#redirect-uri").inputValue();
  assert.equal(address, `${trip.house.base}/oauth/callback`);
  await trip.look("connect client");
}

async function saveClient(trip) {
  const { page } = trip;
  await trip.fill({ client_id: "demo", client_secret: "demo-secret" });
  await page.locator('form[action$="/client"] button').click();
  await page.locator('form[action$="/start"]').waitFor();
  assert.ok(!(await page.content()).includes("demo-secret"), "the secret is in the page");
  await trip.look("connect");
}

async function consent(trip) {
  const { page, house } = trip;
  await page.locator('form[action$="/start"] button').click();
  await page.waitForURL((url) => url.origin === house.simulator);
  const asked = new URL(page.url()).searchParams;
  assert.equal(asked.get("redirect_uri"), `${house.base}/oauth/callback`);
  assert.equal(asked.get("code_challenge_method"), "S256");
  await page.locator(`input[name=account][value="${ACCOUNT.email}"]`).check();
  await trip.press('button[value="continue"]', /^\/connections\/[0-9a-f-]{36}$/);
  trip.kept.connection = trip.path();
  await trip.contains("main", ACCOUNT.name, ACCOUNT.email);
  await trip.reads(".page-head .health", "health-working");
  assert.equal(await page.locator(".check-list .badge").count(), 0, "a permission is told as declined");
  await trip.look("connection calendars");
}

async function chooseCalendar(trip) {
  const { page } = trip;
  const pick = (name) => page.locator(".pick").filter({ hasText: name }).locator("input");
  for (const foreign of ["Front desk", "Team rota"]) {
    assert.ok(await pick(foreign).isDisabled(), `${foreign} can be chosen`);
  }
  const primary = page.locator(`.pick input[value="${ACCOUNT.email}"]`);
  assert.ok(await primary.isEnabled(), "the account's own calendar can't be chosen");
  await primary.check();
  await pick("Studio").check();
  await page.locator('form[action$="/calendars"] button').click();
  await page.locator('form[action$="/default"]').waitFor();
  assert.ok(await primary.isChecked());
  const wanted = page.locator('form[action$="/default"] option').filter({ hasText: ACCOUNT.name });
  await page.locator('form[action$="/default"] select').selectOption(await wanted.getAttribute("value"));
  await page.locator('form[action$="/default"] button').click();
  await page.waitForLoadState();
  assert.match(trip.path(), /^\/connections\//);
  await trip.look("connection");
  await trip.open("/connections");
  await trip.contains("main", ACCOUNT.email);
  await trip.look("connections");
}
