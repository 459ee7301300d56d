// Files of other calendars: looked at, taken in, taken in again, taken back. And series: moved, given
// another rule.
import assert from "node:assert/strict";
import { until } from "../wait.mjs";

const DAY_MILLIS = 86_400_000;
const SLOT = 28;

export const importing = [
  ["a file that is no calendar is refused, in words", refuse],
  ["a calendar file is looked at before anything comes of it", look],
  ["what is ticked is in the calendar", bring],
  ["the same file again has nothing new", again],
  ["the whole import is taken back", undo],
  ["moving one of a series asks which are meant", moveSeries],
  ["a series is given another rule", reshape],
  ["a calendar that was hidden stays hidden in this browser", hide],
];

const compact = (date) => date.replaceAll("-", "");

function file(trip) {
  const { traveller } = trip;
  trip.kept.imported = trip.wall(new Date(Date.now() + 16 * DAY_MILLIS)).date;
  const day = compact(trip.kept.imported);
  const event = (uid, ...lines) => ["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"];
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    ...event("once", `DTSTART;TZID=Israel Standard Time:${day}T190000`, "DURATION:PT45M", `SUMMARY:${traveller.imported}`, `ATTENDEE:mailto:${traveller.person.email}`),
    ...event("again", `DTSTART;VALUE=DATE:${day}`, `SUMMARY:${traveller.importedDays}`, "RRULE:FREQ=WEEKLY;COUNT=3"),
    ...event("odd", `DTSTART:${day}T200000Z`, "DURATION:PT1H", "SUMMARY:?", "RRULE:FREQ=HOURLY"),
    ...event("none", "SUMMARY:!"),
    "END:VCALENDAR",
  ];
  return { name: "basic.ics", mimeType: "text/calendar", buffer: Buffer.from(lines.join("\r\n")) };
}

async function choose(trip, files) {
  await trip.open("/calendar");
  await trip.press('.calendar-foot a[href="/calendar/import"]', /^\/calendar\/import$/);
  await trip.page.locator("#import-file").setInputFiles(files);
}

async function refuse(trip) {
  await choose(trip, { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Not a calendar") });
  await trip.look("import");
  trip.expects.add(422);
  await trip.page.locator('form[action="/calendar/import"] .button-main').click();
  await trip.page.locator(".field-error").waitFor();
  await trip.reads(".field-error", "error-import-kind");
  trip.expects.clear();
}

const row = (trip, title) => trip.page.locator(".import-event").filter({ hasText: title });

async function look(trip) {
  const { traveller } = trip;
  await choose(trip, file(trip));
  await trip.press('form[action="/calendar/import"] .button-main', /^\/calendar\/import\/[0-9a-f-]{36}$/);
  trip.kept.import = trip.path();
  assert.equal(await trip.page.locator(".import-event").count(), 4);
  await trip.contains(`.import-event:has-text("${traveller.imported}")`, traveller.person.name);
  await trip.reads(`.import-event:has-text("?")`, "import-note-rule");
  await trip.reads(`.import-event:has-text("!")`, "import-note-no-start");
  assert.ok(await row(trip, "!").locator("input").isDisabled());
  await row(trip, "?").locator("input").uncheck();
  await trip.look("import look");
}

async function bring(trip) {
  const { page, traveller } = trip;
  await trip.press('form[action^="/calendar/import/"] .button-main', /^\/calendar\/import\/[0-9a-f-]{36}$/);
  await trip.reads("main", "import-done-title");
  await trip.look("import done");
  await trip.open(`/calendar?view=agenda&date=${trip.kept.imported}`);
  const entries = (title) => page.locator(".agenda-entry").filter({ hasText: title });
  assert.equal(await entries(traveller.imported).count(), 1);
  assert.equal(await entries(traveller.importedDays).count(), 3);
  assert.equal(await entries("?").count(), 0);
  await trip.contains(`.agenda-entry:has-text("${traveller.imported}")`, traveller.person.name);
}

async function again(trip) {
  await choose(trip, file(trip));
  await trip.press('form[action="/calendar/import"] .button-main', /^\/calendar\/import\/[0-9a-f-]{36}$/);
  assert.ok(await row(trip, trip.traveller.imported).locator("input").isDisabled());
  await trip.reads(`.import-event:has-text("${trip.traveller.imported}")`, "import-standing-same");
}

async function undo(trip) {
  const { page, traveller } = trip;
  await trip.open(trip.kept.import);
  await page.locator('form[action$="/restore"] button').last().click();
  await until(20, "the import undone", async () => (await page.locator('main form[action$="/restore"]').count()) === 0);
  await trip.reads("main", "import-undone-title");
  await trip.open(`/calendar?view=agenda&date=${trip.kept.imported}`);
  assert.equal(await page.locator(".agenda-entry").filter({ hasText: traveller.importedDays }).count(), 0);
}

async function agendaTimes(trip, title) {
  await trip.open(`/calendar?view=agenda&date=${trip.kept.day}`);
  const times = trip.page.locator(".agenda-entry").filter({ hasText: title }).locator(".agenda-time");
  return (await times.allInnerTexts()).map((text) => text.match(/\d\d:\d\d/)[0]);
}

async function moveSeries(trip) {
  const { page, traveller } = trip;
  const entry = () => page.locator(`[data-entry="${trip.kept.weekly.split("/").at(-1)}"]`);
  await trip.open(`/calendar?view=day&date=${trip.kept.day}`);
  await entry().locator(".grid-link").focus();
  await page.keyboard.press("Shift+ArrowDown");
  await page.locator("#move-reach").waitFor();
  await trip.look("calendar move series");
  // Thought better of: it is where it was.
  await page.keyboard.press("Escape");
  await page.locator("#move-reach").waitFor({ state: "hidden" });
  assert.deepEqual(await agendaTimes(trip, traveller.weekly), ["08:00", "08:00", "08:00", "08:00"]);
  await trip.open(`/calendar?view=day&date=${trip.kept.day}`);
  await page.locator(".ec-main").evaluate((main, top) => main.scrollTo({ top }), 5 * 2 * SLOT);
  const box = await entry().boundingBox();
  const from = { x: box.x + 30, y: box.y + 6 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + SLOT, { steps: 4 });
  await page.mouse.up();
  // By the keyboard, whose focus is on the first answer.
  await page.locator('#move-reach [data-reach="one"]:focus').waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".toast .toast-undo").waitFor();
  await trip.reads(".toast", "calendar-moved-several");
  await page.locator(".toast .toast-undo").click();
  const undone = trip.texts.get("calendar-move-undone");
  await until(20, "the series back where it was", async () => (await page.locator(".toasts").innerText()).includes(undone));
  assert.deepEqual(await agendaTimes(trip, traveller.weekly), ["08:00", "08:00", "08:00", "08:00"]);
}

async function reshape(trip) {
  const { traveller } = trip;
  await trip.open(trip.kept.weekly);
  await trip.press('main a[href$="/repeats"]', /\/repeats$/);
  assert.equal(await trip.page.locator("[name=repeat]").inputValue(), "week");
  await trip.look("appointment repeats change");
  await trip.fill({ repeat: "day", count: "3" });
  await trip.press('form[action$="/repeats"] .button-main', /^\/appointments\/[0-9a-f-]{36}$/);
  assert.deepEqual(await agendaTimes(trip, traveller.weekly), ["08:00", "08:00", "08:00"]);
  await trip.open(`${trip.kept.weekly}/repeats`);
  await trip.fill({ repeat: "week", count: "4" });
  await trip.press('form[action$="/repeats"] .button-main', /^\/appointments\/[0-9a-f-]{36}$/);
  assert.equal((await agendaTimes(trip, traveller.weekly)).length, 4);
}

async function hide(trip) {
  const { page } = trip;
  await trip.open(`/calendar?view=day&date=${trip.kept.day}`);
  const entry = () => page.locator(`.calendar-grid [data-entry="${trip.kept.weekly.split("/").at(-1)}"]`);
  await entry().waitFor();
  const told = await trip.context.request.get(`/calendar/events?from=${trip.kept.day}`);
  const { layer } = (await told.json()).find((one) => trip.kept.weekly.endsWith(one.id));
  const own = () => page.locator(`[data-layer-of="${layer}"]`);
  await own().uncheck();
  await entry().waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".ec-body").waitFor();
  assert.equal(await own().isChecked(), false);
  await until(10, "the hidden calendar", async () => (await entry().count()) === 0);
  await trip.open(`/calendar?view=agenda&date=${trip.kept.day}`);
  assert.ok(await page.locator(".agenda-entry.calendar-hidden").filter({ hasText: trip.traveller.weekly }).count());
  await own().check();
  await page.reload();
  assert.equal(await page.locator(".agenda-entry.calendar-hidden").count(), 0);
}
