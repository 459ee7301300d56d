// What goes wrong on the way to a provider: each time the failing step is named, with what to do.
import assert from "node:assert/strict";

const DANA = "dana@example.com";
const NOA = "noa@example.com";
const WIZARD = "/connections/new/google-calendar/google";

export const troubles = [
  ["a connection is tried step by step", allWell],
  ["an API that is off is named, with the place to turn it on", apiOff],
  ["a permission that was taken back is named", narrowed],
  ["a wrong secret is named as soon as it is saved", wrongSecret],
  ["a clock that is wrong is named", clock],
  ["a provider that is down is told from one that isn't there", down],
  ["who doesn't come back is helped by what the provider showed", ownPage],
  ["a permission that is left out is named and nothing is kept", leftOut],
  ["another account than the expected one changes nothing", otherAccount],
  ["saying no is no failure of ours", declined],
  ["a connection that ends by itself says when and why", ends],
];

const failing = (trip) => trip.page.locator(".checkup-failed");

// Presses the button that tries, and waits until it is over.
async function tryIt(trip) {
  const { page } = trip;
  await page.locator('form[action$="/check"] button').click();
  await page.waitForLoadState();
  await page.locator("#checkup:not([data-pending])").waitFor();
}

async function fails(trip, name, ...words) {
  await failing(trip).waitFor();
  assert.equal(await failing(trip).count(), 1);
  const shown = await failing(trip).innerText();
  for (const word of words) assert.ok(shown.includes(word), `"${word}" is not in "${shown}"`);
  await trip.look(`trouble ${name}`);
}

async function allWell(trip) {
  const { page } = trip;
  await trip.open(trip.kept.connection);
  await tryIt(trip);
  assert.equal(await failing(trip).count(), 0);
  assert.equal(await page.locator(".checkup-done").count(), 8);
  await trip.reads("#checkup", "checkup-well");
  await trip.look("checkup well");
}

async function apiOff(trip) {
  await trip.provider.set({ api_enabled: false });
  await tryIt(trip);
  await fails(trip, "api off", trip.pluginTexts.get("failure-api-off"));
  const link = await failing(trip).locator("a").getAttribute("href");
  assert.match(link, /^https:\/\/console\.developers\.google\.com\/apis\/api\/calendar-json\.googleapis\.com\/overview\?project=1$/);
  await trip.provider.set({ api_enabled: true });
  await tryIt(trip);
  assert.equal(await failing(trip).count(), 0);
}

async function narrowed(trip) {
  const { page, house } = trip;
  await trip.open(trip.kept.connection);
  await trip.provider.cause("narrow");
  await tryIt(trip);
  await fails(trip, "narrow", trip.pluginTexts.get("failure-scopes"));
  // Connecting again mends it, and everything stays.
  await goThere(trip, {});
  await comeBack(trip, DANA);
  await page.waitForURL((url) => url.pathname === trip.kept.connection);
  assert.equal(page.url().startsWith(house.base), true);
  assert.equal(await failing(trip).count(), 0);
}

async function saveSecret(trip, secret) {
  const { page } = trip;
  await trip.open(WIZARD);
  await page.locator("details:has(#client_id)").evaluate((details) => (details.open = true));
  await trip.fill({ client_id: "demo", client_secret: secret });
  await page.locator('form[action$="/client"] button').click();
  await page.waitForLoadState();
  await page.locator("#checkup:not([data-pending])").waitFor();
}

async function wrongSecret(trip) {
  await saveSecret(trip, "not-the-secret");
  await fails(trip, "wrong secret", trip.pluginTexts.get("failure-client"));
  await saveSecret(trip, "demo-secret");
  assert.equal(await failing(trip).count(), 0);
  await trip.look("checkup before");
}

async function clock(trip) {
  await trip.provider.set({ date_off_secs: 7200 });
  await trip.open(WIZARD);
  await tryIt(trip);
  await trip.reads(".checkup-failed", "failure-clock");
  await fails(trip, "clock");
  await trip.provider.set({ date_off_secs: 0 });
}

async function down(trip) {
  await trip.open(WIZARD);
  await trip.provider.cause("sign-in-down");
  await tryIt(trip);
  await trip.reads(".checkup-failed", "failure-down");
  await trip.provider.cause("none");
  await trip.provider.cause("unplug");
  await tryIt(trip);
  await trip.reads(".checkup-failed", "failure-unreachable");
  await trip.look("trouble unplugged");
  await trip.provider.cause("none");
}

// Leaves for the provider.
async function goThere(trip, fields) {
  const { page, house } = trip;
  await trip.open(WIZARD);
  await trip.fill(fields);
  await page.locator('form[action$="/start"] button').click();
  await page.waitForURL((url) => url.origin === house.simulator);
}

async function comeBack(trip, account, button = "continue") {
  const { page, house } = trip;
  await page.locator(`input[name=account][value="${account}"]`).check();
  await page.locator(`button[value="${button}"]`).click();
  await page.waitForURL((url) => url.origin === house.base);
}

async function ownPage(trip) {
  const { page } = trip;
  trip.expects.add(400);
  await trip.provider.set({ redirects_known: false });
  await goThere(trip, {});
  await trip.contains("body", "redirect_uri_mismatch");
  await trip.provider.set({ redirects_known: true });
  trip.expects.clear();
  await trip.open(WIZARD);
  await page.locator("main details summary").first().click();
  await trip.contains("main details[open]", "redirect_uri_mismatch", "access_denied");
  await trip.look("trouble own page");
}

async function leftOut(trip) {
  await trip.provider.set({ withhold: true });
  await goThere(trip, {});
  await comeBack(trip, DANA);
  await fails(trip, "scope", trip.pluginTexts.get("failure-scopes"));
  await trip.provider.set({ withhold: false });
  // Giving it back ended what was there: the same account is connected again.
  await goThere(trip, {});
  await comeBack(trip, DANA);
  await trip.page.waitForURL((url) => url.pathname === trip.kept.connection);
}

async function otherAccount(trip) {
  await goThere(trip, { expected: DANA });
  assert.ok(await trip.page.locator(`input[name=account][value="${DANA}"]`).isChecked(), "the hint is not taken");
  await comeBack(trip, NOA);
  await fails(trip, "other account", NOA, DANA);
  await trip.open("/connections");
  await trip.contains("main", DANA);
  assert.ok(!(await trip.text()).includes(NOA));
}

async function declined(trip) {
  await goThere(trip, {});
  await comeBack(trip, DANA, "cancel");
  await fails(trip, "declined", trip.pluginTexts.get("failure-declined"));
}

async function ends(trip) {
  const { page } = trip;
  await trip.provider.set({ refresh_token_secs: 7 * 86_400 });
  await goThere(trip, {});
  await comeBack(trip, DANA);
  await page.waitForURL((url) => url.pathname === trip.kept.connection);
  await trip.contains(".page-head .health", "7");
  await trip.contains(".banner-warn", trip.pluginTexts.get("failure-testing"));
  await trip.look("connection ends");
  await trip.provider.set({ refresh_token_secs: 0 });
  await goThere(trip, {});
  await comeBack(trip, DANA);
  await trip.reads(".page-head .health", "health-working");
}
