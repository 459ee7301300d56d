// The calendar's own page: an appointment is drawn into it, dragged, moved by keys, and comes again.
import assert from "node:assert/strict";
import { until } from "../wait.mjs";

const DAY_MILLIS = 86_400_000;
// The grid's half hour, in time and in pixels.
const SLOT_MILLIS = 1_800_000;
const SLOT = 28;

export const calendar = [
  ["a spot of the calendar that is drawn over becomes an appointment", draw],
  ["it is dragged an hour later, and is there when one looks again", drag],
  ["the move is taken back", undo],
  ["half an hour with a long title has one line", halfHour],
  ["it is moved with the keyboard", byKeys],
  ["on a phone it is moved with a finger, and another is drawn", byFinger],
  ["one that is moved onto another is back where it was", taken],
  ["one that comes again is in the month", weekly],
  ["the list and the file have them", listAndFile],
];

// Last of all, when the other chapters need them no more.
export const calendarEnds = [["those to come are cancelled at once", cancelFollowing]];

const day = (trip) => `/calendar?view=day&date=${trip.kept.day}`;
const entry = (trip) => trip.page.locator(`[data-entry="${trip.kept.drawn.split("/").at(-1)}"]`);

// Where an hour of the shown day is, after having scrolled to it.
async function at(trip, hour) {
  const { page } = trip;
  await page.locator(".ec-body .ec-day").first().waitFor();
  await page.locator(".ec-main").evaluate((main, top) => main.scrollTo({ top }), Math.max(0, hour - 3) * 2 * SLOT);
  const box = await page.locator(".ec-body .ec-day").first().boundingBox();
  return { x: box.x + box.width / 2, y: box.y + hour * 2 * SLOT };
}

async function dragBy(trip, from, y) {
  const { mouse } = trip.page;
  await mouse.move(from.x, from.y);
  await mouse.down();
  await mouse.move(from.x, from.y + y / 2, { steps: 4 });
  await mouse.move(from.x, from.y + y, { steps: 4 });
  await mouse.up();
}

async function draw(trip) {
  const { page, traveller, kept } = trip;
  kept.day = trip.wall(new Date(Date.now() + 9 * DAY_MILLIS)).date;
  await trip.open(day(trip));
  const spot = await at(trip, 14);
  await dragBy(trip, { x: spot.x, y: spot.y + 5 }, SLOT * 2 - 10);
  await page.waitForURL(/\/appointments\/new\?/);
  for (const [name, value] of [["date", kept.day], ["start", "14:00"], ["end", "15:00"]]) {
    assert.equal(await page.locator(`[name=${name}]`).inputValue(), value);
  }
  await trip.fill({ title: traveller.dragged });
  await trip.press('form[action="/appointments"] .actions button', /^\/appointments\/[0-9a-f-]{36}$/);
  kept.drawn = trip.path();
}

// The appointment's times, as its own page says.
async function timesAre(trip, times) {
  await until(20, `the appointment at ${times}`, async () => {
    const answer = await trip.context.request.get(kept(trip));
    return (await answer.text()).includes(times);
  });
}

const kept = (trip) => trip.kept.drawn;

async function drag(trip) {
  const { page } = trip;
  await trip.open(day(trip));
  await at(trip, 14);
  const box = await entry(trip).boundingBox();
  await dragBy(trip, { x: box.x + 30, y: box.y + 12 }, SLOT * 2);
  await page.locator(".toast .toast-undo").waitFor();
  await trip.reads(".toast", "calendar-moved");
  await timesAre(trip, "15:00–16:00");
  await trip.look("calendar day");
  await page.reload();
  await until(20, "the moved appointment", async () => (await entry(trip).innerText()).includes("15:00"));
}

async function undo(trip) {
  const { page } = trip;
  await at(trip, 14);
  const box = await entry(trip).boundingBox();
  await dragBy(trip, { x: box.x + 30, y: box.y + 12 }, SLOT * 2);
  await timesAre(trip, "16:00–17:00");
  await page.locator(".toast .toast-undo").click();
  await timesAre(trip, "15:00–16:00");
  await trip.reads(".toast", "calendar-move-undone");
}

// A key that comes while it is drawn anew reaches nothing; whoever sees that presses it again.
async function pressTo(trip, key, times) {
  for (let tries = 1; ; tries += 1) {
    await trip.page.keyboard.press(key);
    const isDone = await timesAre(trip, times).then(() => true, (error) => { if (tries === 2) throw error; });
    if (isDone) return;
    await entry(trip).locator(".grid-link").focus();
  }
}

// As if it were so: nothing of it is kept.
async function halfHour(trip) {
  const { page } = trip;
  const asked = /\/calendar\/events\?/;
  await page.route(asked, async (route) => {
    const answer = await route.fetch();
    const all = await answer.json();
    for (const half of all.filter(({ id }) => id && trip.kept.drawn.endsWith(id))) {
      half.title = `${half.title} `.repeat(12).trim();
      half.end = new Date(Date.parse(`${half.start}Z`) + SLOT_MILLIS).toISOString().slice(0, 19);
    }
    await route.fulfill({ response: answer, json: all });
  });
  await trip.open(day(trip));
  const title = entry(trip).locator(".grid-title");
  await title.waitFor();
  const { height, line } = await title.evaluate((part) => ({ height: part.clientHeight, line: parseFloat(getComputedStyle(part).lineHeight) }));
  assert.ok(height < 1.5 * line, `${height} pixels, of which a line has ${line}`);
  await page.unroute(asked);
  await trip.open(day(trip));
}

async function byKeys(trip) {
  // What was taken back is drawn anew once more, and takes the focus with it.
  const link = entry(trip).locator(".grid-link");
  await until(20, "the appointment where it was, and the focus on it", async () => {
    if (!(await entry(trip).innerText()).includes("15:00")) return false;
    await link.focus();
    await trip.page.waitForTimeout(500);
    return (await entry(trip).locator(".grid-link:focus").count()) === 1;
  });
  await pressTo(trip, "Shift+ArrowUp", "14:45–15:45");
  // The page draws it anew; whoever uses keys is still on it.
  await until(20, "the moved appointment, and the focus on it", async () => {
    const isFocused = entry(trip).locator(".grid-link:focus");
    return (await isFocused.count()) === 1 && (await entry(trip).innerText()).includes("14:45");
  });
  await pressTo(trip, "Shift+Alt+ArrowDown", "14:45–16:00");
}

// A finger that stays on something takes hold of it; one that moves at once scrolls.
const HOLD_MILLIS = 1_300;

async function fingerBy(phone, from, y) {
  const touch = (type, point) => phone.session.send("Input.dispatchTouchEvent", { type, touchPoints: point ? [point] : [] });
  await touch("touchStart", from);
  await phone.page.waitForTimeout(HOLD_MILLIS);
  for (let step = 1; step <= 8; step += 1) {
    await touch("touchMove", { x: from.x, y: from.y + (y * step) / 8 });
    await phone.page.waitForTimeout(30);
  }
  await touch("touchEnd");
}

async function openPhone(trip) {
  const context = await trip.context.browser().newContext({
    ...trip.traveller.browser,
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: "reduce",
    baseURL: trip.house.base,
    storageState: await trip.context.storageState(),
  });
  const page = await context.newPage();
  return { context, page, session: await context.newCDPSession(page) };
}

// Where a part is, once the window and the grid have been scrolled to it.
async function placeOf(part) {
  await part.waitFor();
  await part.evaluate((element) => element.scrollIntoView({ block: "center" }));
  return part.boundingBox();
}

async function byFinger(trip) {
  const phone = await openPhone(trip);
  const { page } = phone;
  await page.goto(day(trip));
  const own = page.locator(`[data-entry="${trip.kept.drawn.split("/").at(-1)}"]`);
  for (const [slots, times] of [[2, "15:45–17:00"], [-2, "14:45–16:00"]]) {
    const box = await placeOf(own);
    await fingerBy(phone, { x: box.x + 60, y: box.y + 14 }, SLOT * slots);
    await timesAre(trip, times);
    await until(20, "the moved appointment", async () => (await own.innerText()).includes(times.slice(0, 5)));
  }
  const column = page.locator(".ec-body .ec-day").first();
  await page.locator(".ec-main").evaluate((main, top) => main.scrollTo({ top }), 9 * 2 * SLOT);
  const box = await column.boundingBox();
  await fingerBy(phone, { x: box.x + 60, y: box.y + 10 * 2 * SLOT + 5 }, SLOT * 2 - 10);
  await page.waitForURL(/\/appointments\/new\?/);
  assert.equal(await page.locator("[name=start]").inputValue(), "10:00");
  assert.equal(await page.locator("[name=end]").inputValue(), "11:00");
  await phone.context.close();
}

async function taken(trip) {
  const { page, traveller } = trip;
  await trip.open(`/appointments/new?date=${trip.kept.day}&start=17:00&end=18:00`);
  await trip.fill({ title: traveller.without });
  await trip.press('form[action="/appointments"] .actions button', /^\/appointments\/[0-9a-f-]{36}$/);
  await trip.open(day(trip));
  await at(trip, 14);
  trip.expects.add(409);
  const box = await entry(trip).boundingBox();
  await dragBy(trip, { x: box.x + 30, y: box.y + 12 }, SLOT * 5);
  await page.locator(".toast .toast-undo").waitFor();
  await trip.reads(".toast", "calendar-move-anyway");
  await until(10, "it is back", async () => (await entry(trip).innerText()).includes("14:45"));
  trip.expects.clear();
}

async function weekly(trip) {
  const { page, traveller } = trip;
  await trip.open(`/appointments/new?date=${trip.kept.day}&start=08:00&end=08:30`);
  await trip.fill({ title: traveller.weekly, repeat: "week", count: "4" });
  await trip.look("appointment repeats");
  await trip.press('form[action="/appointments"] .actions button', /^\/appointments\/[0-9a-f-]{36}$/);
  trip.kept.weekly = trip.path();
  await trip.reads("main", "repeats");
  await trip.open(`/calendar?view=month&date=${trip.kept.day}`);
  await page.locator(".calendar-grid .ec-event").filter({ hasText: traveller.weekly }).first().waitFor();
  await trip.look("calendar month");
  await trip.open(`/calendar?view=week&date=${trip.kept.day}`);
  await page.locator(".calendar-grid .ec-event").filter({ hasText: traveller.weekly }).first().waitFor();
  await trip.look("calendar week");
}

async function listAndFile(trip) {
  const { page, traveller } = trip;
  await trip.open(`/calendar?view=agenda&date=${trip.kept.day}`);
  assert.equal(await page.locator(".agenda-entry").filter({ hasText: traveller.weekly }).count(), 4);
  await trip.look("calendar list");
  const answer = await trip.context.request.get(await page.locator(".calendar-foot a[href^='/calendar/file']").getAttribute("href"));
  const file = (await answer.text()).replaceAll("\r\n ", "");
  // One that comes again is one event with its rule.
  assert.equal(file.split(`SUMMARY:${traveller.weekly}`).length - 1, 1);
  assert.match(file, /RRULE:FREQ=WEEKLY;COUNT=4\r\n/);
  assert.match(file, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
}

async function cancelFollowing(trip) {
  const { page, traveller } = trip;
  await trip.open(trip.kept.weekly);
  await page.locator('[popovertarget="cancel-appointment"]').first().click();
  await page.locator("#cancel-following").check();
  await trip.look("appointment cancel series");
  await trip.press('form[action$="/cancel"] button:not([type])', /^\/calendar$/);
  await trip.open(`/calendar?view=agenda&date=${trip.kept.day}`);
  assert.equal(await page.locator(".agenda-entry").filter({ hasText: traveller.weekly }).count(), 0);
}
