// An appointment is made here, moved there, changed here and cancelled here; both sides follow.
import assert from "node:assert/strict";
import { until } from "../wait.mjs";

const CALENDAR = "dana@example.com";
const ACCOUNT_NAME = "Dana Levi";
const DAY_MILLIS = 86_400_000;

export const booking = [
  ["an online appointment is booked with the person", book],
  ["its page shows the meeting's link once there is one", meeting],
  ["the provider has the event, with its meeting and our title", eventExists],
  ["the week shows it beside what is busy", week],
  ["titles of other events are shown once the business wants them", titles],
  ["it is moved at the provider", moveThere],
  ["the other pages stand while the change is on its way", otherPages],
  ["the new time arrives", moved],
  ["it is changed here and the event follows", changeHere],
  ["it is cancelled here and the event is gone", cancelHere],
];

async function book(trip) {
  const { traveller, page } = trip;
  // The link takes a moment, as it may in earnest.
  await trip.provider.set({ meet_pending_reads: 1 });
  await trip.open(trip.kept.person);
  await trip.press('main a[href^="/appointments/new?person="]', /^\/appointments\/new$/);
  const [person, calendar] = [page.locator("#person"), page.locator("#calendar")];
  assert.equal(`/people/${await person.inputValue()}`, trip.kept.person);
  assert.match(await calendar.locator("option:checked").innerText(), /Dana Levi/);
  trip.kept.date = trip.wall(new Date(Date.now() + DAY_MILLIS)).date;
  await trip.fill({ title: traveller.appointment, date: trip.kept.date, start: "10:00", location: traveller.location });
  await page.locator("[name=end]").focus();
  assert.equal(await page.locator("[name=end]").inputValue(), "11:00", "the end didn't follow the start");
  await page.locator("[name=online]").check();
  await trip.look("appointment new");
  await trip.press('form[action="/appointments"] .actions button', /^\/appointments\/[0-9a-f-]{36}$/);
  trip.kept.appointment = trip.path();
  await trip.contains("h1", traveller.appointment);
  await trip.contains("main", traveller.person.name, traveller.location);
}

async function meeting(trip) {
  const link = trip.page.locator("#meeting-link");
  trip.kept.link = await trip.reloadUntil(40, "the meeting's link", async () => {
    return (await link.count()) > 0 && link.inputValue();
  });
  assert.match(trip.kept.link, /^https:\/\/meet\.google\.com\//);
  await trip.reads("#sync .health", "sync-synced");
  await trip.look("appointment");
}

async function eventExists(trip) {
  const { traveller, kept } = trip;
  const events = await trip.provider.events(CALENDAR, traveller.appointment);
  assert.equal(events.length, 1, `${events.length} events with our title`);
  const [event] = events;
  assert.equal(event.hangoutLink, kept.link);
  assert.equal(event.conferenceData.createRequest.status.statusCode, "success");
  assert.equal(event.location, traveller.location);
  assert.deepEqual(trip.wall(new Date(event.start.dateTime)), { date: kept.date, time: "10:00" });
  kept.event = event;
}

async function week(trip) {
  await trip.open(`/calendar?week=${trip.kept.date}`);
  const entry = trip.page.locator(`a.entry[href="${trip.kept.appointment}"]`);
  assert.match(await entry.innerText(), /10:00/);
  assert.ok((await trip.page.locator(".entry-busy").count()) > 0, "no busy time of the calendar is shown");
  await trip.look("calendar");
  await trip.open("/");
  await trip.look("home connected");
}

async function titles(trip) {
  const { page, kept } = trip;
  const says = (title) => page.locator(".entry-busy").filter({ hasText: title }).count();
  await trip.open(`/calendar?week=${kept.date}`);
  assert.equal(await says("Dentist"), 0, "a title is shown that nobody asked for");
  await trip.open(kept.connection);
  await trip.reads("#in-use .health", "calendar-is-working");
  await page.locator("#in-use .field").filter({ hasText: ACCOUNT_NAME }).locator("select").selectOption("title");
  await page.locator('form[action$="/details"] button').click();
  await page.waitForLoadState();
  await trip.look("connection details");
  await trip.open(`/calendar?week=${kept.date}`);
  await trip.reloadUntil(40, "the title of another event", async () => (await says("Dentist")) > 0);
  await trip.look("calendar titles");
}

async function moveThere(trip) {
  const { event } = trip.kept;
  const later = (time) => new Date(Date.parse(time.dateTime) + 5.5 * 3_600_000);
  const [start, end] = [later(event.start), later(event.end)];
  trip.kept.moved = trip.wall(start).time;
  const fields = { start: { dateTime: start.toISOString() }, end: { dateTime: end.toISOString() } };
  await trip.provider.change(CALENDAR, event.id, fields);
}

// A change is asked for once a minute; meanwhile there is more to look at.
async function otherPages(trip) {
  for (const [path, name] of [["/team", "team"], ["/settings", "settings"], ["/profile", "profile"]]) {
    await trip.open(path);
    await trip.look(name);
  }
  trip.expects.add(404);
  await trip.open("/nowhere");
  await trip.look("not found");
  trip.expects.clear();
}

async function moved(trip) {
  const { appointment, moved } = trip.kept;
  await trip.open(appointment);
  await trip.reloadUntil(75, `the appointment at ${moved}`, async () => (await trip.text()).includes(`${moved}–`));
}

async function changeHere(trip) {
  const { traveller, page, kept, provider } = trip;
  await trip.press(`main a[href="${kept.appointment}/edit"]`, /\/edit$/);
  assert.equal(await page.locator("[name=start]").inputValue(), kept.moved);
  await trip.look("appointment edit");
  await trip.fill({ title: traveller.changed, start: "12:15", end: "13:45" });
  await trip.press(`form[action="${kept.appointment}"] .actions button`, /^\/appointments\/[0-9a-f-]{36}$/);
  await trip.contains("main", traveller.changed, "12:15–13:45");
  const event = await until(30, "the event follows", async () => {
    const event = await provider.event(CALENDAR, kept.event.id);
    return event?.summary === traveller.changed && event;
  });
  assert.equal(trip.wall(new Date(event.start.dateTime)).time, "12:15");
  assert.equal(trip.wall(new Date(event.end.dateTime)).time, "13:45");
  assert.equal(event.hangoutLink, kept.link, "the meeting was made anew");
}

async function cancelHere(trip) {
  const { page, kept, provider } = trip;
  await page.locator('[popovertarget="cancel-appointment"]').first().click();
  await page.locator("#cancel-appointment").waitFor({ state: "visible" });
  await trip.look("appointment cancel");
  await page.locator(`form[action="${kept.appointment}/cancel"] button:not([type])`).click();
  await page.locator(".banner-warn").waitFor();
  await trip.reads(".banner-warn", "appointment-is-cancelled");
  await until(30, "the event is gone", async () => !(await provider.event(CALENDAR, kept.event.id)));
  await page.reload();
  await trip.reads("#sync", "sync-gone-text");
  await trip.look("appointment cancelled");
}
