// What plugins keep and members add. None of the journey's plugins keeps anything: the page says what would come
// there, until somebody adds a file to a person.
import assert from "node:assert/strict";

export const documents = [
  ["documents have a page that says what comes there", empty],
  ["the search leads to it by another word for it", found],
  ["a file is added to a person, and their timeline tells of it", added],
  ["it is among the documents, and found by a word of its name", listed],
  ["it is deleted on the person's page", deleted],
];

const NAME = "Wedding offer.txt";

async function empty(trip) {
  await trip.open("/");
  await trip.press('.nav-item[href="/documents"] >> nth=0', /^\/documents$/);
  await trip.reads("main h1", "nav-documents");
  await trip.reads("main .empty h2", "documents-empty");
  await trip.contains("main .empty", trip.word("documents-empty-text"));
  await trip.look("documents none");
}

async function found(trip) {
  await trip.open("/search?q=PDF");
  await trip.press('main .found a[href="/documents"]', /^\/documents$/);
}

async function added(trip) {
  const { page } = trip;
  await trip.open(trip.kept["Avi Cohen"]);
  const file = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.from("Twelve tables\n") });
  // Too many are told before they are sent.
  await page.locator("#person-file").setInputFiles(Array.from({ length: 21 }, (_, at) => file(`${at}.txt`)));
  const told = await page.locator("#person-file").evaluate((field) => field.validationMessage);
  assert.equal(told, trip.word("error-documents-many"));
  const files = [file(NAME)];
  await page.locator("#person-file").setInputFiles(files);
  await trip.press('form[action$="/documents"] .actions button', /^\/people\/[0-9a-f-]{36}$/);
  await trip.contains("#person-files", NAME);
  await trip.contains(".timeline", NAME);
  await trip.look("person with files");
}

async function listed(trip) {
  const { page } = trip;
  await trip.open("/documents?q=wedding");
  assert.equal(await page.locator("main .row").count(), 1);
  await trip.contains("main .row", NAME, "Avi Cohen");
  await trip.press("main .row-title a", /^\/documents\/[0-9a-f-]{36}$/);
  await trip.contains("main", NAME, "Avi Cohen");
  await trip.look("document of a person");
  await trip.open("/search?q=offer");
  await trip.contains("main .found", NAME);
}

async function deleted(trip) {
  const { page } = trip;
  await trip.open(trip.kept["Avi Cohen"]);
  await page.locator('#person-files [popovertarget="delete-document-1"]').first().click();
  await trip.pressProven("#delete-document-1 form .button-bad-main", "#person-files .empty");
  assert.doesNotMatch(await page.locator("#person-files").innerText(), /Wedding/);
}
