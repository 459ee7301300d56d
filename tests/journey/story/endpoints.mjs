// Another program is told of what happens: its address, its secret, what arrives, and what doesn't at first.
import assert from "node:assert/strict";
import { signatureOf } from "../receiver.mjs";
import { until } from "../wait.mjs";

export const endpoints = [
  ["an address on the own network is refused, one on the internet gets a secret", add],
  ["a test arrives and is signed by it", test],
  ["a task that is added is told, and only that was chosen", told],
  ["what doesn't arrive waits, and is sent again by hand", again],
  ["a new secret signs beside the old one", renew],
];

const OWN = /^\/settings\/webhooks\/[0-9a-f-]{36}$/;

// Presses what asks for a proof where the last is too long ago.
async function proven(trip, button, there) {
  const { page, expects, traveller } = trip;
  const question = page.locator("#confirm-form");
  expects.add(403);
  await page.locator(button).click();
  await until(20, "the next page", async () => (await page.locator(there).count()) > 0 || (await question.count()) > 0);
  if ((await question.count()) > 0) {
    await question.locator("[name=confirm_password]").fill(traveller.password);
    await question.locator("button.button-main").click();
    await page.locator(there).first().waitFor();
  }
  expects.delete(403);
}

async function add(trip) {
  const { page } = trip;
  await trip.open("/settings/webhooks");
  await trip.look("endpoints empty");
  await trip.press(".empty a.button-main", /^\/settings\/webhooks\/new$/);
  await trip.fill({ url: "https://192.168.1.10/in", description: "Newsletter" });
  trip.expects.add(422);
  await proven(trip, "main form.card .actions button", "#url-error");
  trip.expects.delete(422);
  await trip.reads("#url-error", "error-endpoint-address");
  await trip.fill({ url: "https://hooks.example/in" });
  await page.locator('[name=which][value="some"]').check({ force: true });
  await page.locator('[name=kind][value="task.created"]').check({ force: true });
  await page.locator('[name=kind][value="task.done"]').check({ force: true });
  await trip.look("endpoint new");
  await proven(trip, "main form.card .actions button", "#secret");
  trip.kept.secret = await page.locator("#secret").inputValue();
  assert.match(trip.kept.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  await trip.look("endpoint secret");
  await trip.press("main .actions a.button-main", OWN);
  trip.kept.endpoint = trip.path();
  await trip.look("endpoint fresh");
  await trip.open("/settings/webhooks");
  await trip.look("endpoints");
}

async function test(trip) {
  const { page, house, kept } = trip;
  await trip.open(kept.endpoint);
  await trip.press('form[action$="/test"] button', OWN);
  await until(20, "the test arrives", async () => house.receiver.got.length === 1);
  const [message] = house.receiver.got;
  assert.equal(message.path, "/in");
  assert.equal(JSON.parse(message.body).type, "endpoint.test");
  assert.equal(message.headers["webhook-signature"], signatureOf(kept.secret, message));
  // The page itself comes to know of it.
  await page.locator("#deliveries-live .badge-good").first().waitFor();
}

async function told(trip) {
  const { page, house } = trip;
  await trip.open("/tasks");
  await page.locator(".task-quick [name=title]").fill("Tie the ribbons");
  await trip.press(".task-quick button", /^\/tasks$/);
  await until(20, "it is told", async () => house.receiver.got.length === 2);
  const { type, data } = JSON.parse(house.receiver.got[1].body);
  assert.equal(type, "task.created");
  assert.equal(data.title, "Tie the ribbons");
}

async function again(trip) {
  const { page, house, kept } = trip;
  house.receiver.status = 500;
  await trip.open("/tasks");
  await page.locator(".task-quick [name=title]").fill("Fold the paper");
  await trip.press(".task-quick button", /^\/tasks$/);
  await until(20, "it is tried", async () => house.receiver.got.length >= 3);
  await trip.open(kept.endpoint);
  await trip.reloadUntil(20, "it waits", async () => (await page.locator("#deliveries-live .badge-info").count()) === 1);
  await trip.look("endpoint failing");
  await page.locator("#deliveries-live a.row").first().click();
  await page.waitForURL(/\/deliveries\//);
  await page.locator("#delivery-live details > summary").first().click();
  await trip.contains("pre.sent", "not now");
  await trip.look("delivery");
  house.receiver.status = 200;
  await trip.press(".page-head form button", /\/deliveries\/[0-9a-f-]{36}$/);
  await page.locator(".page-head .badge-good").or(page.locator("#delivery-live .badge-good")).first().waitFor();
  const last = house.receiver.got.at(-1);
  assert.equal(last.headers["webhook-id"], house.receiver.got[2].headers["webhook-id"]);
}

async function renew(trip) {
  const { page, house, kept } = trip;
  await trip.open(kept.endpoint);
  await page.locator('[popovertarget="renew-secret"]').first().click();
  await page.locator("#renew-secret").waitFor({ state: "visible" });
  await trip.look("endpoint renew");
  await proven(trip, '#renew-secret form button:not([type])', "#secret");
  const secret = await page.locator("#secret").inputValue();
  await trip.look("endpoint secret renewed");
  await trip.press("main .actions a.button-main", OWN);
  const before = house.receiver.got.length;
  await trip.press('form[action$="/test"] button', OWN);
  await until(20, "the test arrives", async () => house.receiver.got.length > before);
  const message = house.receiver.got.at(-1);
  assert.equal(message.headers["webhook-signature"], `${signatureOf(secret, message)} ${signatureOf(kept.secret, message)}`);
}
