// A working week of somebody in the shop: who waits, who is late, what comes next, and numbers that agree
// with the lists behind them. The program has no clock to turn, so its days are counted from today. All
// of it as somebody does it who reads what is there: things are found by what they say.
import assert from "node:assert/strict";
import { until } from "../wait.mjs";

export const week = [
  ["leads come with days to get back to them, and a morning that is about to begin", begin],
  ["home tells what is due and about whom, and leads there", fromHome],
  ["after a note she moves a stage on, and waits for another day", turnTo],
  ["a list tells who waits by today, and who within a week", waiting],
  ["what is overdue says so; done, it comes again a week later", repeating],
  ["who is put off to tomorrow waits no more, until that is undone", putOff],
  ["a lead becomes a customer of some worth", won],
  ["home and the reports agree with their lists", numbers],
];

// When the morning has begun: other chapters fill the time until then.
export const weekEnds = [["the bell tells whom to get back to, and is told to come later", reminded]];

const DAY_MILLIS = 86_400_000;
// Days from now on which somebody is to be got back to.
const DAYS = { ruth: 0, lena: 0, ben: -1, sam: 1, dora: 9 };
const PERSON = /^\/people\/[0-9a-f-]{36}$/;
const TASK = /^\/tasks\/[0-9a-f-]{36}$/;

const names = (trip) => trip.traveller.week;
const dayIn = (trip, days) => trip.wall(new Date(Date.now() + days * DAY_MILLIS)).date;
const to = (trip, key) => trip.follow(trip.named("link", key).first());
const task = (trip, title) => trip.page.locator(".task", { hasText: title });

// How long it takes at most: no midnight may come in between.
const WEEK_MILLIS = 180_000;

async function begin(trip) {
  const dayLasts = () => trip.wall(new Date(Date.now() + WEEK_MILLIS)).date === dayIn(trip, 0);
  await until(WEEK_MILLIS / 1000 + 5, "a day that lasts", dayLasts);
  trip.kept.before = await counts(trip);
  for (const [who, days] of Object.entries(DAYS)) await addLead(trip, who, days);
  await to(trip, "nav-tasks");
  await to(trip, "task-new");
  const { order } = names(trip);
  await trip.field("task-title").fill(order);
  await trip.field("task-day").fill(dayIn(trip, -1));
  await trip.field("task-time").fill("10:00");
  await trip.field("repeats").selectOption({ label: trip.word("repeat-week") });
  await trip.press(trip.named("button", "task-add"), TASK);
  await chooseMorning(trip);
}

// How many leads and customers home counts.
async function counts(trip) {
  await trip.open("/");
  const count = async (key) => {
    const numbers = await countOf(trip, key).locator(".count-number").allInnerTexts();
    return Number(numbers[0] ?? 0);
  };
  return { leads: await count("people-leads"), customers: await count("people-customers") };
}

const countOf = (trip, key) => trip.page.locator("main .count", { hasText: trip.word(key) });

async function addLead(trip, who, days) {
  const { traveller, kept } = trip;
  const name = names(trip)[who];
  await trip.open("/people/new");
  await trip.field("name").fill(name);
  await trip.field("source").fill(traveller.importedDays);
  await trip.field("follow-up").fill(dayIn(trip, days));
  await trip.press(trip.named("button", "person-add"), PERSON);
  kept[name] = trip.path();
  if (who !== "ruth") return;
  await to(trip, "task-new");
  await trip.field("task-title").fill(names(trip).call);
  await trip.field("task-day").fill(dayIn(trip, 0));
  await trip.press(trip.named("button", "task-add"), PERSON);
}

// Reminders of a day come when it begins: that is the next minute which isn't all but there, and what
// was told before is read.
async function chooseMorning(trip) {
  const { page } = trip;
  await trip.press("#bell-side", /^\/notifications$/);
  const readAll = trip.named("button", "notifications-read-all");
  if (await readAll.count()) {
    await readAll.click();
    await readAll.waitFor({ state: "detached" });
  }
  await trip.field("reminders-quiet-from").fill("");
  await trip.field("reminders-quiet-until").fill("");
  const { time } = trip.wall(new Date(Date.now() + 80_000));
  await trip.field("reminders-morning").fill(time);
  await trip.named("button", "save").first().click();
  await page.locator(".toast").waitFor();
  assert.equal(await trip.field("reminders-morning").inputValue(), time);
}

async function fromHome(trip) {
  const { page } = trip;
  const { order, call, ruth, ben } = names(trip);
  await to(trip, "nav-home");
  await task(trip, order).waitFor();
  assert.ok((await task(trip, order).innerText()).includes(trip.word("task-late")), "what was due yesterday isn't late");
  assert.ok(!(await task(trip, call).innerText()).includes(trip.word("task-late")), "what is due today is late");
  const waiting = page.locator("#home-waiting");
  const late = waiting.getByRole("link", { name: ben });
  assert.ok((await late.innerText()).includes(trip.word("task-late")), "who waits since yesterday isn't late");
  await trip.look("home of the week");
  await trip.press(waiting.getByRole("link", { name: ruth }), PERSON);
  assert.equal(trip.path(), trip.kept[ruth]);
}

async function turnTo(trip) {
  const { page } = trip;
  const { call, note } = names(trip);
  await trip.field("note-new").fill(note);
  await trip.press(trip.named("button", "note-add"), PERSON);
  await page.locator(".timeline-note", { hasText: note }).waitFor();
  await trip.named("button", "task-do-one", { title: call }).click();
  await trip.named("button", "task-reopen-one", { title: call }).waitFor();
  const stage = (await trip.field("stage").locator("option").allInnerTexts())[2];
  await trip.field("stage").selectOption({ label: stage });
  await trip.named("button", "chosen-move").click();
  await page.locator(".page-head .badge", { hasText: stage }).waitFor();
  const when = page.locator(".fact", { hasText: trip.word("follow-up") });
  assert.equal(await when.locator(".due-today").count(), 1, "today doesn't stand out");
  await to(trip, "edit");
  await trip.field("follow-up").fill(dayIn(trip, 2));
  await trip.press(trip.named("button", "save"), PERSON);
  assert.equal(await when.count(), 1);
  assert.equal(await when.locator(".due, .due-today").count(), 0, "the day after tomorrow is due");
}

// Those of the week who are listed, the soonest first.
async function listed(trip, by) {
  const { page } = trip;
  await to(trip, "nav-people");
  await page.locator("summary", { hasText: trip.word("filters") }).click();
  await trip.field("follow-up").selectOption({ label: trip.word(by) });
  await trip.field("order").selectOption({ label: trip.word("order-follow-up") });
  await trip.named("button", "filters-apply").click();
  await page.waitForURL((url) => url.search.includes("follow_up="), { waitUntil: "load" });
  const own = Object.keys(DAYS).map((who) => names(trip)[who]);
  return (await page.locator("table .row-title").allInnerTexts()).filter((name) => own.includes(name));
}

const rowOf = (trip, name) => trip.page.locator("tbody tr", { hasText: name });

async function waiting(trip) {
  const { ruth, lena, ben, sam, dora } = names(trip);
  assert.deepEqual(await listed(trip, "follow-up-any"), [ben, lena, sam, ruth, dora]);
  assert.deepEqual(await listed(trip, "follow-up-week"), [ben, lena, sam, ruth]);
  for (const [name, isDue] of [[ben, 1], [lena, 1], [sam, 0], [ruth, 0]]) {
    assert.equal(await rowOf(trip, name).locator(".due, .due-today").count(), isDue, name);
  }
  assert.deepEqual(await listed(trip, "follow-up-today"), [ben, lena]);
  await trip.look("people who wait");
}

const tab = (trip, key) => trip.page.locator("main .tab", { hasText: trip.word(key) });

async function repeating(trip) {
  const { page } = trip;
  const { order } = names(trip);
  await to(trip, "nav-tasks");
  await trip.follow(tab(trip, "tasks-overdue"));
  await trip.reads("main h2", "tasks-group-overdue");
  assert.equal(await tab(trip, "tasks-overdue").locator(".tab-count").innerText(), String(await page.locator(".task").count()));
  await trip.look("tasks overdue");
  await trip.named("button", "task-do-one", { title: order }).click();
  await task(trip, order).waitFor({ state: "detached" });
  await trip.follow(tab(trip, "tasks-open"));
  await trip.press(page.getByRole("link", { name: order }), TASK);
  await trip.reads("main dl", "repeats");
  assert.ok(!(await trip.text()).includes(trip.word("task-late")), "the next one is late from the start");
  await to(trip, "edit");
  assert.equal(await trip.field("task-day").inputValue(), dayIn(trip, 6));
  assert.equal(await trip.field("task-time").inputValue(), "10:00");
}

async function putOff(trip) {
  const { page } = trip;
  const { ben } = names(trip);
  await listed(trip, "follow-up-today");
  await trip.named("checkbox", "choose-one", { name: ben }).check();
  await page.locator(".chosen > summary").click();
  const act = page.locator(".chosen-act").filter({ has: page.getByLabel(trip.word("follow-up")) });
  await trip.field("follow-up", { within: act }).fill(dayIn(trip, 1));
  await act.getByRole("button", { name: trip.word("chosen-set") }).click();
  await trip.named("button", "undo").waitFor();
  assert.equal(await rowOf(trip, ben).count(), 0, "who is put off waits still");
  await trip.named("button", "undo").click();
  await rowOf(trip, ben).waitFor();
  await trip.reads(".toast", "said-undone");
  assert.equal(await rowOf(trip, ben).locator(".due, .due-today").count(), 1);
}

async function won(trip) {
  const { page } = trip;
  await listed(trip, "follow-up-today");
  await trip.press(page.locator("a.table-link", { hasText: names(trip).lena }), PERSON);
  await to(trip, "edit");
  await trip.field("value-in").fill("1,200");
  await trip.field("stage").selectOption({ label: trip.word("stage-won") });
  await trip.press(trip.named("button", "save"), PERSON);
  await trip.contains(".page-head .badge", trip.word("stage-won"));
  await page.locator(".fact", { hasText: "1,200" }).waitFor();
}

async function numbers(trip) {
  const { page, kept } = trip;
  const { leads, customers } = await counts(trip);
  assert.deepEqual({ leads, customers }, { leads: kept.before.leads + 4, customers: kept.before.customers + 1 });
  for (const [key, number] of Object.entries({ "people-leads": leads, "people-customers": customers })) {
    await to(trip, "nav-home");
    await trip.follow(countOf(trip, key));
    assert.equal(await page.locator("tbody tr").count(), number, key);
  }
  await to(trip, "nav-reports");
  await trip.look("reports of the week");
  const charts = await page.evaluate(readCharts);
  await agree(trip, charts);
  const sum = (key, column) => charts[trip.word(key)].reduce((all, row) => all + Number(row.cells[column].text), 0);
  const added = figure(trip, "report-added");
  assert.equal(Number(await added.innerText()), sum("report-months", 0));
  assert.equal(sum("report-sources", 0), sum("report-months", 0));
  assert.deepEqual(await lengths(page, ["/people"]), [sum("report-stages", 0)]);
  const fair = charts[trip.word("report-sources")].find(({ label }) => label === trip.traveller.importedDays);
  assert.deepEqual(fair.cells.slice(0, 2).map(({ text }) => text), ["5", "1"]);
  await trip.contains(".report-figure:nth-child(3)", "1,200");
  await trip.follow(figure(trip, "report-won"));
  const wonInAll = charts[trip.word("report-won")].flatMap((row) => row.cells.slice(1));
  assert.equal(await page.locator("tbody tr").count(), wonInAll.reduce((all, { text }) => all + Number(text), 0));
  assert.equal(await rowOf(trip, names(trip).lena).count(), 1);
}

const figure = (trip, key) => trip.page.locator(".report-figure", { has: trip.page.locator("span", { hasText: trip.word(key) }) }).locator("a").first();

// Each number of people that is a link is as long as the list that it leads to.
async function agree(trip, charts) {
  const all = Object.values(charts).flatMap((rows) => rows.flatMap((row) => row.cells));
  const cells = all.filter(({ href, text }) => href && /^\d+$/.test(text));
  const found = await lengths(trip.page, cells.map(({ href }) => href));
  assert.ok(cells.length > 6, "the reports have hardly a link");
  assert.deepEqual(cells.map(({ href, text }) => `${text} ${href}`), cells.map(({ href }, at) => `${found[at]} ${href}`));
}

// How long lists are, read in the page one after the other; longer ones than a page are an error.
function lengths(page, hrefs) {
  return page.evaluate(async (all) => {
    const found = [];
    for (const href of all) {
      const list = new DOMParser().parseFromString(await (await fetch(href)).text(), "text/html");
      if (list.querySelector("main .actions-end a")) throw new Error(`${href} has more than a page`);
      found.push(list.querySelectorAll("tbody tr").length);
    }
    return found;
  }, hrefs);
}

// Runs in the page: the tables under the charts, by their titles.
function readCharts() {
  const cell = (part) => ({ text: part.innerText || part.textContent.trim(), href: part.querySelector("a")?.getAttribute("href") });
  const row = (part) => ({ label: part.querySelector("th").textContent.trim(), cells: [...part.querySelectorAll("td")].map(cell) });
  const tables = [...document.querySelectorAll("main .chart-data table")];
  return Object.fromEntries(tables.map((table) => [table.getAttribute("aria-label"), [...table.querySelectorAll("tbody tr")].map(row)]));
}

async function reminded(trip) {
  const { page, kept } = trip;
  const { ruth, lena } = names(trip);
  await to(trip, "nav-home");
  await page.locator("#bell-side .bell-count").waitFor({ timeout: 120_000 });
  await trip.press("#bell-side", /^\/notifications$/);
  const news = (name) => page.locator("#notices .notice-unread", { hasText: name });
  await news(lena).waitFor({ timeout: 120_000 });
  assert.ok((await news(lena).innerText()).includes(trip.word("notice-follow-up-due")));
  assert.equal(await news(ruth).count(), 0, "who waits for another day is told of");
  const entry = page.locator("#notices > ul > li", { hasText: lena });
  await entry.locator("summary", { hasText: trip.word("snooze") }).click();
  await entry.getByRole("button", { name: trip.word("snooze-3h") }).click();
  await page.locator(".toast").waitFor();
  await trip.reads(".toast", "said-snoozed");
  assert.equal(await news(lena).count(), 0, "what is to come later is unread still");
  await trip.press(entry.locator(".notice-open"), PERSON);
  assert.equal(trip.path(), kept[lena]);
}
