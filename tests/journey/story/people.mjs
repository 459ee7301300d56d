// A week with one's people: found, filtered, moved along, tagged together, noted down, taken back.
import assert from "node:assert/strict";
import { PHONE, WIDE } from "../rules.mjs";

export const people = [
  ["more people come, with tags, worth and a day to get back to them", addOthers],
  ["a filter finds them, and is kept as a view", filter],
  ["several are tagged at once, and it is taken back", changeSeveral],
  ["the board shows the stages; a card is moved by its button and by hand", board],
  ["a note is written, changed and removed", notes],
  ["who has the same number is told", alike],
  ["a stage is added, moved up and used", stages],
];

const OTHERS = [
  { name: "Avi Cohen", phone: "+972 52-765-4321", value: "1,500", new_tags: "spring, VIP" },
  { name: "Café Noir", phone: "03-5550101", value: "250.50" },
];

async function addOthers(trip) {
  const { page } = trip;
  for (const { value, new_tags: tags, ...person } of OTHERS) {
    await trip.open("/people/new");
    await trip.fill(person);
    await page.locator("#value").fill(value);
    if (tags) await page.locator("#new_tags").fill(tags);
    await page.locator("#follow_up_on").fill(trip.wall(new Date()).date);
    await trip.press("main form.card .actions button", /^\/people\/[0-9a-f-]{36}$/);
    trip.kept[person.name] = trip.path();
  }
  await trip.open(`${trip.kept["Avi Cohen"]}/edit`);
  assert.equal(await page.locator("[name=tag]:checked").count(), 2);
  await page.locator("details:has([data-rows]) > summary").click();
  await page.locator("[name=contact_value]").first().fill("09-8887766");
  await page.locator("[data-row-add]").click();
  await page.locator("[name=contact_kind]").last().selectOption("email");
  await page.locator("[name=contact_value]").last().fill("not an address");
  trip.expects.add(422).add(400);
  await page.locator("main form.card .actions button").first().click();
  await page.locator("[aria-invalid=true]").waitFor();
  trip.expects.clear();
  await trip.look("person edit refused");
  await page.locator("[aria-invalid=true]").fill("avi@example.com");
  await trip.press("main form.card .actions button", /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains("main", "09-8887766", "avi@example.com", "VIP");
}

async function filter(trip) {
  const { page } = trip;
  await trip.open("/people");
  await page.locator("details.filters > summary").first().click();
  await trip.look("people filters");
  await page.locator("#follow_up").selectOption("today");
  await page.locator("#order").selectOption("value");
  await trip.press(".filters-form button.button-main >> nth=0", /^\/people$/);
  const names = await page.locator("table .row-title").allInnerTexts();
  assert.deepEqual(names, ["Avi Cohen", "Café Noir"]);
  await page.locator("main summary", { hasText: trip.word("save-view") }).click();
  await page.locator('form[action="/people/views"] #name').fill("Today");
  await trip.press('form[action="/people/views"] .actions button', /^\/people$/);
  assert.equal(await page.locator(".saved-view[aria-current=page]").innerText(), "Today");
}

// Runs in the page: whether all of it is in the window, and nothing lies over it.
function isAtHand(part) {
  const { top, bottom, left, width, height } = part.getBoundingClientRect();
  const over = document.elementFromPoint(left + width / 2, top + height / 2);
  return top >= 0 && bottom <= window.innerHeight && part.contains(over);
}

async function changeSeveral(trip) {
  const { page } = trip;
  await trip.open("/people");
  const all = await page.locator("table [name=person]").count();
  await page.setViewportSize(PHONE);
  await page.locator("table [name=person]").first().check();
  assert.ok(await page.locator("details.chosen").evaluate(isAtHand), "on a phone, what is done to several is out of sight");
  await page.setViewportSize(WIDE);
  await page.locator("table [name=person]").nth(1).check();
  assert.match(await page.locator("[data-chosen-count]").innerText(), /2/);
  await page.locator("details.chosen > summary").click();
  await page.locator("#to-tag").fill("together");
  await trip.look("people chosen");
  await trip.press("button[name=act][value=tag]", /^\/people$/);
  assert.equal(await page.locator(".table .tag", { hasText: "together" }).count(), 2);
  await page.locator(".toast form button").first().click();
  await page.waitForFunction(() => !document.body.innerText.includes("together"));
  assert.equal(await page.locator("table [name=person]").count(), all);
}

async function board(trip) {
  const { page } = trip;
  await trip.open("/people/board");
  await trip.look("board");
  const stage = (at) => page.locator(".board-stage").nth(at);
  const card = (name) => page.locator(".board-card", { hasText: name });
  await card("Avi Cohen").locator("summary").click();
  await card("Avi Cohen").locator(".board-moves button").first().click();
  await stage(1).locator(".board-card", { hasText: "Avi Cohen" }).waitFor();
  // The card is there at once, and the server's answer a moment later.
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/stage"));
  await card("Café Noir").dragTo(stage(1).locator(".board-head"));
  await answered;
  await stage(1).locator(".board-card", { hasText: "Café Noir" }).waitFor();
  await page.reload();
  assert.equal(await stage(1).locator(".board-card").count(), 2, "the server knows it too");
  await trip.contains(".board-stage:nth-child(2) .board-head", "1,750.50");
}

async function notes(trip) {
  const { page } = trip;
  await trip.open(trip.kept["Avi Cohen"]);
  await page.locator("#text").fill("Prefers mornings");
  await trip.press(".card form[action$='/notes'] .actions button", /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains(".timeline", "Prefers mornings");
  await trip.look("person with notes");
  await page.locator(".timeline details summary").first().click();
  await page.locator(".timeline details textarea").first().fill("Prefers evenings");
  await trip.press(".timeline details button:not([formaction]) >> nth=0", /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains(".timeline", "Prefers evenings");
  await page.locator(".timeline details summary").first().click();
  await trip.press(".timeline details button[formaction] >> nth=0", /^\/people\/[0-9a-f-]{36}$/);
  assert.doesNotMatch(await page.locator(".timeline").innerText(), /Prefers/);
}

async function alike(trip) {
  await trip.open("/people/new");
  await trip.fill({ name: "A. Cohen", phone: "+972 (52) 7654321" });
  await trip.press("main form.card .actions button", /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains(".banner", "Avi Cohen");
}

async function stages(trip) {
  const { page } = trip;
  await trip.open("/settings/people");
  await trip.look("stages");
  const rows = page.locator("section.card").first().locator(".stage-row");
  const empty = rows.filter({ has: page.locator('[name=stage_id][value=""]') }).first();
  await empty.locator("[name=stage_name]").fill("Tasting");
  await trip.press("section.card >> nth=0 >> form > .actions button", /^\/settings\/people$/);
  await trip.press('.stage-row:has([name=stage_name][value="Tasting"]) [name=up]', /^\/settings\/people$/);
  await trip.open("/people/board");
  const names = await page.locator(".board-head h2 bdi").allInnerTexts();
  assert.ok(names.includes("Tasting"), names.join());
  assert.ok(names.indexOf("Tasting") < 5, "it was moved up");
}
