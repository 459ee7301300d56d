// Lists of people: brought from a file that an old program saved, looked at, taken in, exported, taken back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { until } from "../wait.mjs";

export const lists = [
  ["a file that is no list is refused, in words", refuse],
  ["a list is looked at, and its columns are known", look],
  ["its rows come in, with a progress bar, and the wrong one with its reason", bring],
  ["what is listed is exported", take],
  ["the whole list is taken back", undo],
  ["somebody who came twice becomes one, and two again", becomeOne],
  ["an archive of everything is made and downloaded", archive],
];

// Hebrew in one byte a letter, as Excel saves it.
const old = (text) => Buffer.from([...text].map((letter) => {
  const code = letter.codePointAt(0);
  return code >= 0x5d0 && code <= 0x5ea ? code - 0x5d0 + 0xe0 : code;
}));

const ROWS = [
  "שם;נייד;אימייל;הערות",
  "רבקה אלון;052-7000001;rivka@example.com;\"אוהבת; ורדים\"",
  "Karl Weiss;052-7000002;karl(at)example.com;",
  "משה לוי;052-7000003;moshe@example.com;",
];

async function choose(trip, file) {
  await trip.open("/people");
  await trip.press('main a[href="/imports"]', /^\/imports$/);
  await trip.page.locator("#imports-file").setInputFiles(file);
}

async function refuse(trip) {
  await choose(trip, { name: "picture.csv", mimeType: "text/csv", buffer: Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x01\x02\x03") });
  await trip.look("imports");
  trip.expects.add(422);
  await trip.page.locator('form[action="/imports"] .button-main').click();
  await trip.page.locator(".field-error").waitFor();
  await trip.reads(".field-error", "error-imports-kind");
  trip.expects.clear();
}

async function look(trip) {
  await choose(trip, { name: "list.csv", mimeType: "text/csv", buffer: old(ROWS.join("\r\n")) });
  await trip.press('form[action="/imports"] .button-main', /^\/imports\/[0-9a-f-]{36}$/);
  trip.kept.list = trip.path();
  const chosen = await trip.page.locator(".imports-column select").evaluateAll((all) => all.map((each) => each.value));
  assert.deepEqual(chosen, ["name", "phone", "email", "notes"]);
  await trip.contains("main", "רבקה אלון", "אוהבת; ורדים", "karl(at)example.com");
  await trip.look("imports look", { mixed: true });
}

async function bring(trip) {
  const { page } = trip;
  await trip.press('main button[value="run"]', /^\/imports\/[0-9a-f-]{36}$/);
  await until(30, "the list imported", async () => (await page.locator('main form[action$="/restore"]').count()) > 0);
  await trip.reads("main h1", "imports-title-done");
  await trip.look("import done people", { mixed: true });
  await trip.contains("main", "karl(at)example.com");
  await trip.open("/people?q=052-7000003");
  await trip.contains("main", "משה לוי");
}

async function fetched(trip, press) {
  const [download] = await Promise.all([trip.page.waitForEvent("download"), press()]);
  return readFileSync(await download.path());
}

async function take(trip) {
  const { page } = trip;
  await trip.open("/people?q=052-7000");
  await page.locator("main summary", { hasText: trip.word("nav-more") }).click();
  await trip.look("people export", { mixed: true });
  const link = (kind) => page.locator(`.filters-form a[href*="format=${kind}"]`).click();
  const csv = (await fetched(trip, () => link("csv"))).toString();
  assert.ok(csv.startsWith("\ufeff") && csv.includes("רבקה אלון") && !csv.includes("Karl"));
  assert.equal((await fetched(trip, () => link("xlsx"))).subarray(0, 2).toString(), "PK");
  assert.ok((await fetched(trip, () => link("vcard"))).toString().startsWith("BEGIN:VCARD\r\nVERSION:4.0"));
  await trip.open(trip.kept.list);
  const refused = await fetched(trip, () => page.locator('main a[href$="/refused"]').click());
  assert.ok(refused.toString().includes(trip.texts.get("error-email-invalid")));
}

async function undo(trip) {
  const { page } = trip;
  await trip.open(trip.kept.list);
  await page.locator('main form[action$="/restore"] button').click();
  await until(30, "the list taken back", async () => (await page.locator("main h1").innerText()) === trip.texts.get("imports-title-undone"));
  await trip.open("/people?q=052-7000003");
  assert.equal((await page.locator("main").innerText()).includes("משה לוי"), false);
}

const PERSON = /^\/people\/[0-9a-f-]{36}$/;
const THERE = { name: "Dalia Regev", phone: "054-600-0017" };
const TWICE = "D. Regev";

// The same number once more, with a list.
async function bringTwice(trip) {
  const { page } = trip;
  await trip.open("/people/new");
  await trip.fill(THERE);
  await trip.press("main form.card .actions button", PERSON);
  const kept = trip.path();
  const rows = ["שם;נייד;הערות", `${TWICE};054 600 0017;ורדים`];
  await choose(trip, { name: "twice.csv", mimeType: "text/csv", buffer: old(rows.join("\r\n")) });
  await trip.press('form[action="/imports"] .button-main', /^\/imports\/[0-9a-f-]{36}$/);
  await trip.contains("main", THERE.name);
  await page.locator('main [name="doubles"][value="add"]').check();
  await trip.press('main button[value="run"]', /^\/imports\/[0-9a-f-]{36}$/);
  await until(30, "the double imported", async () => (await page.locator('main form[action$="/restore"]').count()) > 0);
  return kept;
}

// What the list of people has that isn't needed every day.
async function more(trip) {
  await trip.open("/people");
  await trip.page.locator("main summary", { hasText: trip.word("nav-more") }).click();
}

async function becomeOne(trip) {
  const { page } = trip;
  const kept = await bringTwice(trip);
  await more(trip);
  await trip.press('main a[href="/people/doubles"]', /^\/people\/doubles$/);
  const group = page.locator("main section.card").filter({ has: page.locator(`a[href="${kept}"]`) }).first();
  await group.locator(`[name=keep][value="${kept.split("/").pop()}"]`).check();
  await trip.look("doubles with somebody", { mixed: true });
  await trip.press(group.locator('form[action="/people/doubles/look"] button'), /^\/people\/doubles\/look$/);
  const merge = page.locator(`form[action="${kept}/merge"]`);
  const gone = `/people/${await merge.locator("[name=other]").getAttribute("value")}`;
  await trip.look("what a merge makes", { mixed: true });
  await trip.press(merge.locator(".button-main"), PERSON);
  assert.equal(trip.path(), kept);
  await trip.contains("main", THERE.name, "ורדים");
  await trip.reads(".timeline", "timeline-merged");
  await trip.open(gone);
  assert.equal(trip.path(), kept, "who is gone leads to the one they became");

  // Long after the toast: from the list of what can be undone.
  await more(trip);
  await trip.press('main a[href="/undo"]', /^\/undo$/);
  await trip.look("undos", { mixed: true });
  const row = page.locator("main li.row").filter({ hasText: TWICE });
  assert.equal(await row.count(), 1);
  await trip.reads("main li.row", "undos-did-merged");
  await row.getByRole("button").click();
  await page.locator(".toast").waitFor();
  await trip.reads(".toast", "said-undone");
  assert.equal(trip.path(), "/undo");
  assert.equal(await row.count(), 0, "it can be taken back once");
  for (const [path, name] of [[kept, THERE.name], [gone, TWICE]]) {
    await trip.open(path);
    assert.equal(trip.path(), path);
    await trip.contains("main h1", name);
    await trip.reads(".timeline", "timeline-unmerged");
  }
  await trip.open("/undo?show=people");
  await trip.contains("main", "משה לוי");
  await trip.look("undos removed", { mixed: true });
}

async function archive(trip) {
  const { page } = trip;
  await trip.open("/exports");
  await trip.look("exports none");
  await trip.pressProven('main form[action="/exports"] button', "main .rows .row");
  await until(30, "the archive made", async () => {
    await page.waitForTimeout(300);
    return (await page.locator('main a[href$="/file"]').count()) > 0;
  });
  await trip.look("exports");
  const bytes = await fetched(trip, () => page.locator('main a[href$="/file"]').click());
  assert.equal(bytes.subarray(0, 2).toString(), "PK");
}
