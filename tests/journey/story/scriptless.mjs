// The same pages in a browser that runs no script.
import assert from "node:assert/strict";

export const scriptless = [
  ["without scripts one can sign in", signIn],
  ["without scripts one can book, and cancel", book],
];

async function signIn(trip) {
  const { email, password } = trip.traveller;
  await trip.open("/");
  assert.equal(trip.path(), "/sign-in");
  await trip.fill({ email, password });
  await trip.press('form[action="/sign-in"] button', /^\/$/);
}

async function book(trip) {
  const { page, traveller } = trip;
  await trip.open("/calendar");
  await trip.press('main a[href="/appointments/new"] >> nth=0', /^\/appointments\/new$/);
  const date = trip.wall(new Date()).date;
  await trip.fill({ title: traveller.without, date, start: "09:00", end: "09:30" });
  await page.locator("#person").selectOption({ label: `${traveller.person.name} · ${traveller.person.company}` });
  await trip.press('form[action="/appointments"] .actions button', /^\/appointments\/[0-9a-f-]{36}$/);
  await trip.contains("h1", traveller.without);
  await trip.contains("main", traveller.person.name, "09:00–09:30");
  await page.locator('[popovertarget="cancel-appointment"]').first().click();
  await page.locator(`form[action$="/cancel"] button:not([type])`).click();
  await page.locator(".banner-warn").waitFor();
}
