// Disconnecting, what the log says about it all, and the door.
import assert from "node:assert/strict";
import { says } from "../words.mjs";

// What the journey did, as the log names it.
const DONE = [
  "act-tenant-created",
  "act-person-created",
  "act-plugin-enabled",
  "act-client-saved",
  "act-connection-connected",
  "act-calendars-chosen",
  "act-appointment-booked",
  "act-appointment-changed-elsewhere",
  "act-appointment-changed",
  "act-appointment-cancelled",
  "act-connection-disconnected",
];

export const leaving = [
  ["disconnecting says what is certain, and the provider agrees", disconnect],
  ["the log lists what happened, with address and device", activity],
  ["signing out shows the door", signOut],
  ["a wrong password is refused in plain words", wrongPassword],
  ["the right one opens", signIn],
];

async function disconnect(trip) {
  const { page, kept, provider } = trip;
  assert.ok((await provider.state()).refresh_tokens_live >= 1);
  await trip.open(kept.connection);
  await page.locator('[popovertarget="disconnect"]').first().click();
  await page.locator("#disconnect").waitFor({ state: "visible" });
  await trip.look("connection disconnect");
  await page.locator('form[action$="/disconnect"] button:not([type])').click();
  await page.locator(".banner-good").waitFor();
  await trip.reads(".banner-good", "disconnected-confirmed");
  assert.equal((await provider.state()).refresh_tokens_live, 0, "the provider still has the grant");
  await trip.look("connection disconnected");
}

async function activity(trip) {
  const { page, texts, traveller } = trip;
  await trip.open("/activity");
  const entries = [];
  for (;;) {
    entries.push(...(await page.locator(".timeline > li").allInnerTexts()));
    const older = page.locator("main .actions-end > a");
    if ((await older.count()) === 0) break;
    await trip.open(await older.getAttribute("href"));
  }
  for (const key of DONE) {
    const entry = entries.find((text) => says(text, texts.get(key)));
    assert.ok(entry, `the log doesn't say "${texts.get(key)}"`);
  }
  const names = (text) => says(text, texts.get("act-person-created")) && text.includes(traveller.person.name);
  const added = entries.find(names);
  assert.ok(added, "the log doesn't say whom");
  assert.match(added, /127\.0\.0\.1/);
  assert.match(added, /Chrom/);
  assert.match(added, /Linux/);
  assert.ok(!entries.some((text) => says(text, texts.get("act-other"))), "the log has no words for something");
  await trip.look("activity");
}

async function signOut(trip) {
  const { page } = trip;
  await page.locator(".side details.menu > summary").click();
  await trip.look("account menu");
  await trip.press('.side form[action="/sign-out"] button', /^\/sign-in$/);
  await trip.open("/people");
  assert.equal(trip.path(), "/sign-in", "signed out, and still let in");
  await trip.look("sign in");
}

async function wrongPassword(trip) {
  const { page, traveller } = trip;
  trip.expects.add(400).add(401).add(422);
  await trip.fill({ email: traveller.email, password: "not the right one" });
  await page.locator('form[action="/sign-in"] button').click();
  await page.locator("main [role=alert]:visible").waitFor();
  await trip.reads("main [role=alert]:visible", "error-sign-in-failed");
  assert.equal(await page.locator("[name=email]").inputValue(), traveller.email);
  assert.equal(await page.locator("[name=password]").inputValue(), "");
  await trip.look("sign in refused");
  trip.expects.clear();
}

async function signIn(trip) {
  await trip.fill({ password: trip.traveller.password });
  // It leads to where one was going.
  await trip.press('form[action="/sign-in"] button', /^\/people$/);
  await trip.contains("table", trip.traveller.person.name);
}
