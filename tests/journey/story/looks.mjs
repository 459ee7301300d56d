// The business chooses how it looks, and nothing that was typed is lost.
import assert from "node:assert/strict";
import { PHONE, WIDE } from "../rules.mjs";
import { printsCalendar } from "./shell.mjs";

export const looks = [
  ["every component is there in the usual look", usualComponents],
  ["a logo stands on every page", uploadLogo],
  ["another look can be seen whole, and chosen", chooseLedger],
  ["its pages and those for strangers are as sound as the others", lookAround],
  ["the usual look and no logo come back", chooseDefault],
  ["leaving a changed form asks first", leaveForm],
  ["what was typed survives an ended session", endedSession],
  ["a page that isn't there leads on", missing],
];

async function usualComponents(trip) {
  await trip.open("/settings");
  await trip.page.setViewportSize(PHONE);
  const ways = await trip.page.locator("main nav a.row").evaluateAll((all) => all.map((each) => each.getBoundingClientRect().bottom));
  assert.equal(ways.length, 4);
  assert.ok(Math.max(...ways) <= PHONE.height, `on a phone, further settings begin out of sight: ${ways}`);
  await trip.page.setViewportSize(WIDE);
  await trip.look("settings");
  await trip.press('a[href^="/components?theme=default"]', /^\/components$/);
  await trip.look("components");
}

async function uploadLogo(trip) {
  const { page } = trip;
  await trip.open("/settings");
  // Any picture: the mark, as the browser draws it.
  const buffer = await page.locator("main .look-picture").first().screenshot({ caret: "initial" });
  await page.setInputFiles("[name=logo]", { name: "logo.png", mimeType: "image/png", buffer });
  await page.locator('form[action="/settings/logo"] button').click();
  await page.locator("img.logo-large").waitFor();
  assert.match(await page.locator(".side img.logo").getAttribute("src"), /^\/logo\/[0-9a-f-]{36}\/[0-9a-f]{32}$/);
  assert.ok(await page.locator("img.logo-large").evaluate((image) => image.complete && image.naturalWidth > 0));
  await trip.look("settings logo");
}

async function chooseLedger(trip) {
  const { page } = trip;
  await trip.press('a[href^="/components?theme=ledger"]', /^\/components$/);
  await page.locator(".desk").waitFor();
  await trip.look("ledger components");
  await trip.open("/settings");
  await choose(trip, "ledger");
  await page.locator(".desk").waitFor();
  await trip.look("ledger settings");
}

async function choose({ page }, theme) {
  await page.locator(`.look:has([name=theme][value=${theme}]) .look-name`).click();
  await page.locator('form[action="/settings"] .actions button').click();
  await page.locator(".toast").waitFor();
}

async function lookAround(trip) {
  const { page } = trip;
  for (const [name, path] of [
    ["home", "/"],
    ["people", "/people"],
    ["person edit", `${trip.kept.person}/edit`],
    ["calendar", "/calendar"],
    ["connections", "/connections"],
    ["team", "/team"],
    ["activity", "/activity"],
    ["profile", "/profile"],
  ]) {
    await trip.open(path);
    await trip.look(`ledger ${name}`);
  }
  await printsCalendar(trip, "week", { as: "ledger week" });
  await trip.open("/team");
  await trip.fill({ email: "new@rosewood.example" });
  await trip.pressProven('form[action="/team/invitations"] button:not([name])', "main .copy input");
  const link = await page.locator("main .copy input").first().inputValue();
  await page.goto(link);
  await page.locator(".door-head img.logo").waitFor();
  await trip.look("ledger invitation");
}

async function chooseDefault(trip) {
  const { page } = trip;
  await trip.open("/settings");
  await choose(trip, "default");
  await page.locator(".side").waitFor();
  await page.locator('form[action="/settings/logo/remove"] button').click();
  await page.locator("img.logo-large").waitFor({ state: "detached" });
  assert.equal(await page.locator(".side .mark").count(), 1);
}

async function leaveForm(trip) {
  const { page } = trip;
  await trip.open(`${trip.kept.person}/edit`);
  await page.locator('[name="company"]').fill("Somewhere new");
  const asked = new Promise((resolve) =>
    page.once("dialog", async (dialog) => {
      await dialog.dismiss();
      resolve(dialog.type());
    }),
  );
  await page.locator('.nav a[href="/people"]').click({ noWaitAfter: true });
  assert.equal(await asked, "beforeunload");
  assert.equal(await page.locator('[name="company"]').inputValue(), "Somewhere new");
}

async function endedSession(trip) {
  const { page, traveller } = trip;
  const before = await page.locator('[name="company"]').evaluate((field) => field.defaultValue);
  const cookies = await page.context().cookies();
  const session = cookies.find(({ name }) => /^(__Host-)?oxpi$/.test(name));
  await page.context().clearCookies({ name: session.name });
  await page.locator("main form .actions button").first().click();
  await page.waitForURL((url) => url.pathname === "/sign-in");
  await trip.fill({ email: traveller.email, password: traveller.password });
  await trip.press('form[action="/sign-in"] button', /\/edit$/);
  await page.locator(".draft-note").waitFor();
  await trip.reads(".draft-note", "draft-filled-in");
  assert.equal(await page.locator('[name="company"]').inputValue(), "Somewhere new");
  await trip.look("person edit kept");
  await page.locator(".draft-note button").click();
  assert.equal(await page.locator('[name="company"]').inputValue(), before);
  await trip.open(`${trip.kept.person}/edit`);
  assert.equal(await page.locator(".draft-note").count(), 0, "it comes once");
  // What is taken leaves nothing behind.
  await page.locator('[name="source"]').fill("journey");
  await page.locator("main form .actions button").first().click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  await trip.open(`${trip.kept.person}/edit`);
  assert.equal(await page.locator(".draft-note").count(), 0);
}

async function missing(trip) {
  trip.expects.add(404);
  await trip.open("/people/01900000-0000-7000-8000-000000000000");
  await trip.reads(".door-title h1", "error-page-404-title");
  await trip.look("error missing");
  await trip.press('main a[href="/search"]', /^\/search$/);
  trip.expects.clear();
}
