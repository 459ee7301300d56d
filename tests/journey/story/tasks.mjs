// What is to be done: written down in a line and in a form, put off, done, taken back; and being reminded.
import assert from "node:assert/strict";
import { until } from "../wait.mjs";

export const tasks = [
  ["a task is written down in a line, and one that repeats in the form", add],
  ["one is done from its page, and that is taken back", done],
  ["several are put off at once, and it is taken back", delay],
  ["a task about somebody is on their page", about],
  ["quiet hours are chosen, and one can be reminded later", quiet],
];

const row = (page, title) => page.locator(".task", { hasText: title });

async function add(trip) {
  const { page } = trip;
  await trip.open("/tasks");
  await page.locator(".task-quick [name=title]").fill("Count the vases");
  await page.locator(".task-quick [name=day]").fill(trip.wall(new Date()).date);
  await trip.press(".task-quick button", /^\/tasks$/);
  await row(page, "Count the vases").waitFor();
  await trip.open("/tasks/new");
  await trip.fill({ title: "Water the ferns", day: trip.wall(new Date(Date.now() + 86_400_000)).date, time: "10:00", repeat: "week" });
  await trip.look("task new");
  await trip.press("main form.card .actions button", /^\/tasks\/[0-9a-f-]{36}$/);
  trip.kept.ferns = trip.path();
  await trip.look("task");
  await trip.open("/tasks");
  await trip.look("tasks");
}

async function done(trip) {
  const { page } = trip;
  await trip.open(trip.kept.ferns);
  await trip.press(".page-head form button >> nth=0", /^\/tasks\/[0-9a-f-]{36}$/);
  await trip.open("/tasks");
  assert.equal(await row(page, "Water the ferns").count(), 1, "the next one");
  await trip.open(trip.kept.ferns);
  await trip.press(".page-head form button >> nth=0", /^\/tasks\/[0-9a-f-]{36}$/);
  await trip.open("/tasks");
  assert.equal(await row(page, "Water the ferns").count(), 1, "the same one again");
}

async function delay(trip) {
  const { page } = trip;
  await trip.open("/tasks?show=today");
  await page.locator("details.chosen > summary").click();
  await row(page, "Count the vases").locator("[name=task]").check();
  assert.match(await page.locator("[data-chosen-count]").innerText(), /1/);
  await trip.look("tasks chosen");
  await trip.press('button[name=act][value="delay+7"]', /^\/tasks$/);
  assert.equal(await row(page, "Count the vases").count(), 0);
  await page.locator(".toast form button").first().click();
  await until(20, "it is taken back", async () => (await page.locator(".toast").count()) === 1 && (await page.locator(".toast form").count()) === 0);
  await trip.open("/tasks?show=today");
  assert.equal(await row(page, "Count the vases").count(), 1);
}

async function about(trip) {
  const { page } = trip;
  await trip.open(trip.kept["Avi Cohen"]);
  await page.locator('a[href^="/tasks/new"]').first().click();
  await page.locator("main [name=title]").fill("Call Avi back");
  await trip.press("main form.card .actions button", /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains(".timeline", "Call Avi back");
  await row(page, "Call Avi back").locator(".task-do").click();
  await page.locator(".task-done", { hasText: "Call Avi back" }).waitFor();
  await trip.look("person with a task done");
}

async function quiet(trip) {
  const { page } = trip;
  await trip.open("/notifications");
  await page.locator("#quiet_from").fill("22:00");
  await page.locator("#quiet_until").fill("07:00");
  await trip.press('form[action="/notifications/reminders"] .actions button', /^\/notifications$/);
  assert.equal(await page.locator("#quiet_from").inputValue(), "22:00");
  await trip.look("reminders");
  await trip.open(trip.kept.ferns);
  await trip.press("form[action$='/snooze'] button >> nth=0", /^\/tasks\/[0-9a-f-]{36}$/);
  await trip.reads(".toast", "said-snoozed");
}
