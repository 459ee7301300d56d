// The frame around every page: the palette, the keys, the bell, and what changes by itself while
// somebody else works in another browser.
import assert from "node:assert/strict";
import { ALL, findings, PHONE, sideways, WIDE } from "../rules.mjs";
import { until } from "../wait.mjs";

const WIZARD = "/connections/new/google-calendar/google";

export const shell = [
  ["the palette opens by keys and finds a person, an act and a page", palette],
  ["a page is reached by two keys, on a Hebrew keyboard too", keys],
  ["an appointment is booked without a mouse", byKeys],
  ["home and the bell hear of what is done in another browser", live],
  ["what was told is read, and leads to where it is mended", told],
  ["a person that was removed is brought back by the toast", undone],
  ["the calendar prints without its frame", prints],
  ["the other pages of the frame stand", otherPages],
];

const focusIsIn = (page, selector) => page.locator(`${selector}:focus`).waitFor();
const active = (page) => page.locator('#palette [role=option][aria-selected="true"]');

// A dialog alone, at both widths: it stands in front of the page that was looked at already.
async function lookAt(trip, id) {
  const problems = [];
  for (const viewport of [PHONE, WIDE]) {
    await trip.page.setViewportSize(viewport);
    const found = [await sideways(trip.page), ...(await findings(trip.page, ALL, `#${id}`))];
    problems.push(...found.filter(Boolean).map((line) => `${viewport.width}: ${line}`));
    await trip.picture(`${id} ${viewport.width}`);
  }
  trip.report.found(`${trip.traveller.language}: the dialog "${id}"`, problems);
}

// Types into the palette, moves down to what is called so, and goes there.
async function goBy(trip, words, title, path) {
  const { page } = trip;
  await page.keyboard.press("Control+k");
  await focusIsIn(page, "#palette-input");
  await page.keyboard.type(words);
  await page.locator("#palette [role=option]").filter({ hasText: title }).first().waitFor();
  await until(10, `"${title}" is the active option`, async () => {
    if ((await active(page).innerText()).includes(title)) return true;
    await page.keyboard.press("ArrowDown");
    return false;
  }, 50);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => path.test(url.pathname), { waitUntil: "load" });
}

async function palette(trip) {
  const { page, texts, traveller } = trip;
  await trip.open("/");
  await page.keyboard.press("Control+k");
  await active(page).waitFor();
  await lookAt(trip, "palette");
  await page.keyboard.type("qqqq");
  await page.locator("#palette .found-nothing").waitFor();
  await trip.reads("#palette .found-nothing", "palette-none");
  await page.keyboard.press("Escape");
  await page.locator("#palette").waitFor({ state: "hidden" });
  const { name } = traveller.person;
  await goBy(trip, name.split(" ")[0], name, /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains("h1", name);
  const book = texts.get("book-appointment");
  await goBy(trip, book, book, /^\/appointments\/new$/);
  const connections = texts.get("nav-connections");
  await goBy(trip, connections, connections, /^\/connections$/);
}

async function keys(trip) {
  const { context, page } = trip;
  await trip.open("/");
  await page.keyboard.press("?");
  await page.locator("#shortcuts").waitFor();
  await lookAt(trip, "shortcuts");
  await page.keyboard.press("Escape");
  await page.locator("#shortcuts").waitFor({ state: "hidden" });
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL((url) => url.pathname === "/calendar", { waitUntil: "load" });
  const device = await context.newCDPSession(page);
  for (const [key, code] of [["ע", "KeyG"], ["פ", "KeyP"]]) {
    await device.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, text: key });
    await device.send("Input.dispatchKeyEvent", { type: "keyUp", key, code });
  }
  await page.waitForURL((url) => url.pathname === "/people", { waitUntil: "load" });
  // Whoever types is left alone.
  await page.locator("main [name=q]").first().fill("");
  await page.locator("main [name=q]").first().pressSequentially("gc?");
  assert.equal(trip.path(), "/people");
  assert.equal(await page.locator("main [name=q]").first().inputValue(), "gc?");
  assert.ok(!(await page.locator("#shortcuts").isVisible()));
}

// Goes on by Tab until a field has the focus.
async function tabTo(page, field) {
  for (let at = 0; at < 60; at += 1) {
    if (await page.locator(`${field}:focus`).count()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab doesn't lead to ${field}`);
}

async function byKeys(trip) {
  const { page, kept } = trip;
  await trip.open("/");
  await page.keyboard.press("Tab");
  await focusIsIn(page, ".skip");
  await page.keyboard.press("Enter");
  await focusIsIn(page, "main");
  await page.keyboard.press("n");
  await page.keyboard.press("a");
  await page.waitForURL((url) => url.pathname === "/appointments/new", { waitUntil: "load" });
  await trip.open(`/appointments/new?date=${kept.day}&start=06:00&end=06:30`);
  await tabTo(page, "[name=title]");
  await page.keyboard.type("By keys alone");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => /^\/appointments\/[0-9a-f-]{36}$/.test(url.pathname), { waitUntil: "load" });
  await trip.contains("main", "06:00–06:30");
}

const bell = (trip) => trip.page.locator("#bell-side .bell-count");
const leads = (page) => page.locator('#home-live .count[href="/people?standing=lead"] .count-number').innerText();

// The same person in a browser of its own, with a stream of its own.
async function elsewhere(trip, work) {
  const { browser } = trip.traveller;
  const storageState = await trip.context.storageState();
  const context = await trip.context.browser().newContext({ ...browser, baseURL: trip.house.base, storageState });
  context.setDefaultTimeout(20_000);
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
  }
}

async function live(trip) {
  const { page, kept } = trip;
  await trip.open("/notifications");
  if (await bell(trip).count()) await page.locator('form[action="/notifications/read"] button').click();
  await trip.open("/");
  const before = Number(await leads(page));
  await page.evaluate(() => (window.stayed = true));
  await elsewhere(trip, async (other) => {
    await other.goto("/people/new");
    await other.locator("main [name=name]").fill("Tal Bright");
    await other.locator("main form.card .actions button").first().click();
    await other.waitForURL(/\/people\/[0-9a-f-]{36}$/);
    kept.tal = new URL(other.url()).pathname;
    await until(15, "one more at home", async () => Number(await leads(page)) === before + 1);
    await trip.provider.cause("revoke");
    await other.goto(kept.connection);
    await other.locator('form[action$="/check"] button').click();
    await other.locator(".checkup-failed").waitFor();
    await bell(trip).waitFor();
  });
  await page.locator("#home-live .needs-you").waitFor();
  assert.ok(await page.evaluate(() => window.stayed), "the page was loaded anew");
  await trip.look("home needs you");
}

async function told(trip) {
  const { page, kept } = trip;
  await page.locator("#bell-side").click();
  await page.waitForURL((url) => url.pathname === "/notifications", { waitUntil: "load" });
  // Other chapters' news may have come too.
  const news = page.locator("#notices .notice-unread").filter({ hasText: trip.texts.get("notice-connection-needs-you") });
  assert.equal(await news.count(), 1);
  await trip.look("notifications");
  const way = page.locator('form[action="/notifications/choices"] select').first();
  const name = await way.getAttribute("name");
  await way.selectOption("none");
  await page.locator('form[action="/notifications/choices"] .button').click();
  await page.locator(".toast").waitFor();
  assert.equal(await page.locator(`[name="${name}"]`).inputValue(), "none");
  const before = Number(await bell(trip).innerText());
  await trip.press(news.locator("button.notice-open"), /^\/connections\//);
  assert.equal(trip.path(), kept.connection);
  const after = (await bell(trip).count()) ? Number(await bell(trip).innerText()) : 0;
  assert.equal(after, before - 1, "it was read and is counted still");
  await trip.reads(".page-head .health", "health-needs_you");
  await trip.look("connection needs you");
  await trip.open(WIZARD);
  await trip.toProvider('form[action$="/start"] button');
  await page.locator('input[name=account][value="dana@example.com"]').check();
  await page.locator('button[value="continue"]').click();
  await page.waitForURL((url) => url.pathname === kept.connection);
  await trip.reads(".page-head .health", "health-working");
}

async function undone(trip) {
  const { page, kept } = trip;
  await trip.open(`${kept.tal}/edit`);
  await page.locator('[popovertarget="remove-person"]').first().click();
  await page.locator(`form[action="${kept.tal}/remove"] button:not([type])`).click();
  await page.locator(".toast .toast-undo").waitFor();
  await trip.reads(".toast", "said-person-removed");
  assert.equal(await page.locator("table").filter({ hasText: "Tal Bright" }).count(), 0);
  await trip.picture("toast undo");
  await trip.press(".toast .toast-undo", /^\/people\/[0-9a-f-]{36}$/);
  assert.equal(trip.path(), kept.tal);
  await trip.reads(".toast", "said-person-restored");
}

const FRAME = [".side", ".topbar", ".desk", ".tabbar", ".sandbox", ".skip", ".toasts", ".calendar-grid", ".calendar-foot"];

// The calendar as it comes out of a printer, on paper of 21 centimetres.
export async function printsCalendar(trip, view, { as = view, colorScheme = "light" } = {}) {
  const { page, kept, traveller } = trip;
  await trip.open(`/calendar?view=${view}&date=${kept.day}`);
  await page.emulateMedia({ media: "print", colorScheme });
  await page.setViewportSize({ width: 794, height: 1123 });
  for (const part of FRAME) {
    const shown = await page.locator(part).filter({ visible: true }).count();
    assert.equal(shown, 0, `${part} is printed with the ${as}`);
  }
  assert.equal(await sideways(page), null);
  assert.ok((await trip.text()).includes(traveller.dragged), `the ${as} is printed without its appointments`);
  const entry = page.locator(".month-entry, .entry, .agenda-entry").filter({ hasText: traveller.dragged });
  assert.ok((await entry.first().boundingBox()).height > 12, `the ${as} is printed without words`);
  const ink = await page.locator("main h2").first().evaluate((title) => getComputedStyle(title).color);
  assert.ok(ink.match(/[0-9.]+/g).slice(0, 3).every((part) => part < 100), `${ink} is no ink for white paper`);
  await trip.picture(`print ${as}`);
  await page.emulateMedia({ media: "screen", colorScheme: "light" });
  await page.setViewportSize(WIDE);
}

async function prints(trip) {
  for (const view of ["week", "month", "day", "agenda"]) await printsCalendar(trip, view);
  await printsCalendar(trip, "week", { as: "week at night", colorScheme: "dark" });
}

async function otherPages(trip) {
  const { page } = trip;
  for (const [name, path] of [
    ["approvals", "/approvals"],
    ["jobs", "/jobs"],
    ["doubles", "/people/doubles"],
    ["undos tasks", "/undo?show=tasks"],
    ["search", `/search?q=${encodeURIComponent(trip.traveller.person.name)}`],
  ]) {
    await trip.open(path);
    await trip.look(name);
  }
  await trip.open("/plugins/caldav");
  await page.locator('form[action$="/on"] button').click();
  await page.locator('form[action$="/off"]').waitFor();
  await trip.open("/connections/new/caldav/server");
  await page.locator('form[action$="/login"]').waitFor();
  await trip.look("caldav login");
}
