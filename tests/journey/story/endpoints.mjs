// A program is told of what happens: its address, its secret, what arrives, and what doesn't at first.
// What happens is done by the program of programs.mjs itself.
import assert from "node:assert/strict";
import { isSigned, signatures } from "../receiver.mjs";
import { until } from "../wait.mjs";

export const endpoints = [
  ["an address on the own network is refused, one on the internet gets a secret", add],
  ["a test arrives and is signed by it", test],
  ["what the program adds is told, and only what was chosen", told],
  ["what doesn't arrive waits, and is sent again by hand", again],
  ["a new secret signs beside the old one", renew],
];

const OWN = /^\/settings\/webhooks\/[0-9a-f-]{36}$/;
const KINDS = ["person.created", "task.created", "appointment.booked"];
const DAY_MILLIS = 86_400_000;

async function add(trip) {
  const { page } = trip;
  await trip.open("/settings/webhooks");
  await trip.look("endpoints empty");
  await trip.press(".empty a.button-main", /^\/settings\/webhooks\/new$/);
  await trip.fill({ url: "https://192.168.1.10/in", description: "Newsletter" });
  trip.expects.add(422);
  await trip.pressProven("main form.card .actions button", "#url-error");
  trip.expects.delete(422);
  await trip.reads("#url-error", "error-endpoint-address");
  await trip.fill({ url: "https://hooks.example/in" });
  await page.locator('[name=which][value="some"]').check({ force: true });
  for (const kind of KINDS) await page.locator(`[name=kind][value="${kind}"]`).check({ force: true });
  await trip.look("endpoint new");
  await trip.pressProven("main form.card .actions button", "#secret");
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
  assert.equal(message.json.type, "endpoint.test");
  assert.ok(isSigned(kept.secret, message), "it isn't signed by the secret");
  assert.equal(signatures(message).length, 1);
  // Whoever verifies must be able to refuse: another's secret, another body, another day.
  assert.ok(!isSigned(`whsec_${Buffer.alloc(32).toString("base64")}`, message));
  assert.ok(!isSigned(kept.secret, { ...message, body: Buffer.from(`${message.body} `) }));
  assert.ok(!isSigned(kept.secret, message, Date.now() + DAY_MILLIS));
  // The page itself comes to know of it.
  await page.locator("#deliveries-live .badge-good").first().waitFor();
}

// An appointment at a time that nothing else has taken.
function fitting({ kept }) {
  const start = Date.now() + 200 * DAY_MILLIS;
  const at = (millis) => new Date(millis).toISOString().replace(/\.\d+/, "");
  return { title: "Fitting by a program", person: kept.programPerson, starts_at: at(start), ends_at: at(start + 3_600_000) };
}

async function told(trip) {
  const { page, house, kept } = trip;
  const { client, programPerson: person } = kept;
  await trip.open(`/people/${person}`);
  await page.evaluate(() => (window.stayed = true));
  await client.call("Change a person", { person, body: { company: "Atelier" } });
  const made = {
    "person.created": await client.call("Add a person", { body: { name: "Rina Program" } }),
    "task.created": await client.call("Add a task", { body: { ...client.example("Add a task"), title: "Tie the ribbons", people: [person] } }),
    "appointment.booked": await client.call("Book an appointment", { body: fitting(trip) }),
  };
  for (const [type, { status, json, text }] of Object.entries(made)) {
    assert.equal(status, 201, text);
    const [message] = await until(20, `${type} is told`, async () => house.receiver.of(type).length && house.receiver.of(type));
    assert.equal(message.json.data.id, json.id);
    assert.ok(isSigned(kept.secret, message), `${type} isn't signed`);
  }
  assert.deepEqual(house.receiver.got.map(({ json }) => json.type).toSorted(), ["endpoint.test", ...KINDS].toSorted());
  // Her page, which was open all the while, says so too.
  await page.locator(".timeline", { hasText: "Fitting by a program" }).waitFor();
  await trip.contains(".timeline", "Tie the ribbons");
  assert.ok(await page.evaluate(() => window.stayed), "the page was loaded anew");
  await trip.open(kept.endpoint);
  assert.equal(await page.locator("#deliveries-live a.row").filter({ has: page.locator(".badge-good") }).count(), 4);
}

async function again(trip) {
  const { page, house, kept } = trip;
  const { receiver } = house;
  receiver.status = 500;
  await kept.client.call("Add a task", { body: { title: "Fold the paper" } });
  await until(20, "it is tried", async () => receiver.of("task.created").length >= 2);
  await trip.open(kept.endpoint);
  await trip.reloadUntil(20, "it waits", async () => (await page.locator("#deliveries-live .badge-info").count()) === 1);
  await trip.look("endpoint failing");
  await page.locator("#deliveries-live a.row").first().click();
  await page.waitForURL(/\/deliveries\//);
  await page.locator("#delivery-live details > summary").first().click();
  await trip.contains("pre.sent", "not now");
  await trip.look("delivery");
  receiver.status = 200;
  await trip.press(".page-head form button", /\/deliveries\/[0-9a-f-]{36}$/);
  await page.locator(".page-head .badge-good").or(page.locator("#delivery-live .badge-good")).first().waitFor();
  const last = receiver.got.at(-1);
  assert.equal(last.json.data.title, "Fold the paper");
  assert.equal(last.headers["webhook-id"], receiver.of("task.created")[1].headers["webhook-id"]);
  assert.ok(isSigned(kept.secret, last), "what is sent again isn't signed");
  assert.deepEqual(receiver.of("person.changed"), [], "it is told of what wasn't chosen");
}

async function renew(trip) {
  const { page, house, kept } = trip;
  await trip.open(kept.endpoint);
  await page.locator('[popovertarget="renew-secret"]').first().click();
  await page.locator("#renew-secret").waitFor({ state: "visible" });
  await trip.look("endpoint renew");
  await trip.pressProven('#renew-secret form button:not([type])', "#secret");
  const secret = await page.locator("#secret").inputValue();
  assert.notEqual(secret, kept.secret);
  await trip.look("endpoint secret renewed");
  await trip.press("main .actions a.button-main", OWN);
  const before = house.receiver.got.length;
  await trip.press('form[action$="/test"] button', OWN);
  await until(20, "the test arrives", async () => house.receiver.got.length > before);
  const message = house.receiver.got.at(-1);
  assert.equal(signatures(message).length, 2);
  assert.ok(isSigned(secret, message), "the new secret doesn't fit");
  assert.ok(isSigned(kept.secret, message), "the old secret doesn't fit any more");
}
