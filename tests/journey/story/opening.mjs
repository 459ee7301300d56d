// From nothing to a business with a person and a plugin.
import assert from "node:assert/strict";

export const opening = [
  ["a new installation shows the first page and has no password", firstPage],
  ["a business is opened in the browser's language and zone", createBusiness],
  ["home tells what to do next", firstHome],
  ["examples are brought, looked at and reported on", bringExamples],
  ["one press removes them all", removeExamples],
  ["a person is added", addPerson],
  ["a plugin says what it may do, and is turned on", turnOnPlugin],
];

async function firstPage(trip) {
  await trip.open("/");
  assert.equal(trip.path(), "/welcome");
  const zone = await trip.page.locator("[name=zone]").inputValue();
  assert.equal(zone, trip.traveller.browser.timezoneId);
  assert.equal(await trip.page.locator("[name=locale]").inputValue(), trip.traveller.language);
  await trip.look("first run");
}

async function createBusiness(trip) {
  const { business, owner, email, password } = trip.traveller;
  // Long enough, and still on every list of guesses: refused beside its field, the rest is kept.
  trip.expects.add(400).add(422);
  await trip.fill({ business, name: owner, email, password: "password1234" });
  await trip.page.locator("main form button:not([name])").click();
  await trip.page.locator("#password-error").waitFor();
  assert.equal(await trip.page.locator("[name=business]").inputValue(), business);
  await trip.look("first run refused");
  await trip.fill({ password });
  await trip.press("main form button:not([name])", /^\/$/);
  trip.expects.clear();
}

async function firstHome(trip) {
  const { business, owner } = trip.traveller;
  await trip.contains(".side .tenant-name", business);
  await trip.contains("h1", owner.split(" ")[0]);
  assert.equal(await trip.page.locator("main a.row .done-mark").count(), 4);
  assert.equal(await trip.page.locator("main a.row .done-mark-done").count(), 0);
  await trip.look("home");
}

async function bringExamples(trip) {
  const { page } = trip;
  await trip.press('form[action="/examples"] button', /^\/$/);
  await trip.reads(".examples h2", "examples-there");
  await trip.look("home with examples");
  await trip.open("/people");
  assert.equal(await page.locator("tbody tr").count(), 14);
  await trip.look("people examples");
  await trip.open("/reports");
  await trip.look("reports");
  // Each number is as long as the list that it leads to.
  await page.locator("details.chart-data summary").first().click();
  const month = page.locator(".chart-data a").first();
  const count = Number(await month.innerText());
  await trip.press(month, /^\/people$/);
  assert.equal(await page.locator("tbody tr").count(), count);
  await trip.look("people of a report");
  await page.locator(".limit").first().click();
  await page.waitForURL((url) => !url.search.includes("added"));
  assert.equal(await page.locator("tbody tr").count(), 14);
}

async function removeExamples(trip) {
  const { page } = trip;
  await trip.open("/");
  await page.locator('[popovertarget="remove-examples"]').first().click();
  await trip.picture("remove examples");
  await trip.press('form[action="/examples/remove"] button:not([type])', /^\/$/);
  await trip.reads(".examples h2", "examples-offered");
  await trip.open("/people");
  assert.equal(await page.locator("tbody tr").count(), 0);
  await trip.open("/reports");
  await trip.look("reports empty");
}

async function addPerson(trip) {
  const { person } = trip.traveller;
  await trip.open("/people");
  await trip.look("people empty");
  await trip.press('main a[href="/people/new"] >> nth=0', /^\/people\/new$/);
  await trip.look("person new");
  await trip.fill(person);
  await trip.page.locator("#stage").selectOption({ index: 3 });
  await trip.press("main form .actions button", /^\/people\/[0-9a-f-]{36}$/);
  trip.kept.person = trip.path();
  await trip.contains("h1", person.name);
  await trip.contains("main", person.email, person.company);
  await trip.look("person");
  await trip.open("/people");
  await trip.contains("table", person.name);
  await trip.look("people");
}

async function turnOnPlugin(trip) {
  const { page } = trip;
  await trip.open("/plugins");
  await trip.look("plugins");
  await trip.press('main h2 a[href="/plugins/google-calendar"]', /^\/plugins\/google-calendar$/);
  for (const scope of ["email", "calendar-list", "events-owned"]) {
    await trip.contains(".check-list", trip.pluginTexts.get(`scope-${scope}`));
  }
  await trip.contains(".check-list", "www.googleapis.com");
  await trip.reads(".plugin-note", "plugin-nothing-else");
  await trip.look("plugin off");
  await page.locator('form[action$="/on"] button').click();
  await page.locator('form[action$="/off"]').waitFor();
  await trip.look("plugin on");
}
