// Everything that a plugin can show, and its settings: the gallery, page by page.
import assert from "node:assert/strict";
import { pluginTexts } from "../words.mjs";

const PLUGIN = "/plugins/gallery";
const VIEW = "/apps/gallery/overview";

export const gallery = [
  ["a plugin's settings are a form of every kind of field", settings],
  ["what is wrong is told beside each field and nothing is lost", wrongSettings],
  ["each page of a plugin is drawn in the theme's own way", pages],
  ["a form of a plugin's is sent, and says what came of it", order],
  ["its card stands at home", atHome],
];

const texts = (trip) => pluginTexts("gallery", trip.traveller.language);

async function settings(trip) {
  const { page } = trip;
  await trip.open(PLUGIN);
  await page.locator('form[action$="/on"] button').click();
  await page.locator('form[action$="/settings"]').waitFor();
  await trip.contains('form[action$="/settings"]', texts(trip).get("setting-shop"), texts(trip).get("day-tuesday"));
  await trip.look("plugin settings");
}

async function wrongSettings(trip) {
  const { page } = trip;
  trip.expects.add(422);
  await page.locator("#code").fill("il-12");
  await page.locator("#phone").fill("12");
  await page.locator("#free_from").fill("12.505");
  await page.locator('form[action$="/settings"] button').click();
  await page.locator("#code-error").waitFor();
  assert.equal(await page.locator(".field-error").count(), 3);
  assert.equal(await page.locator("#code").inputValue(), "il-12");
  await trip.look("plugin settings refused");
  trip.expects.clear();
  await page.locator("#code").fill("IL-12");
  await page.locator("#phone").fill("+972 50-123-4567");
  await page.locator("#free_from").fill("250");
  await page.locator('form[action$="/settings"] button').click();
  await page.locator("#code-error").waitFor({ state: "detached" });
  assert.equal(await page.locator("#free_from").inputValue(), "250 " + (trip.traveller.language === "he" ? "ILS" : "USD"));
  assert.equal(await page.locator("#phone").inputValue(), "+972501234567");
}

async function pages(trip) {
  const { page } = trip;
  for (const name of ["overview", "forms", "boards", "charts"]) {
    await trip.open(name === "overview" ? VIEW : `${VIEW}?p.page=${name}`);
    await page.locator("main .card").first().waitFor();
    if (name === "boards") {
      const picture = page.locator("img.view-picture");
      assert.equal(await picture.getAttribute("alt"), texts(trip).get("post-picture"));
      assert.ok(await picture.evaluate((image) => image.complete && image.naturalWidth > 100), "the picture isn't shown");
      assert.ok((await trip.text()).includes("₪"), "money has no sign");
    }
    await trip.look(`gallery ${name}`, { mixed: true });
  }
}

async function order(trip) {
  const { page } = trip;
  await trip.open(`${VIEW}?p.page=forms`);
  await page.locator('[name="f.name"]').fill("Dana");
  await page.locator('[name="f.count"]').fill("3");
  await page.locator('form[action*="/do/order"] button').first().click();
  await page.waitForLoadState();
  await trip.contains("main", "Dana");
  assert.ok(await page.locator('[role="status"]').filter({ hasText: /\S/ }).count(), "nothing was said");
  await trip.look("gallery ordered", { mixed: true });
}

async function atHome(trip) {
  const { page } = trip;
  await trip.open("/");
  await page.locator("[data-view] [data-view-body]:not([aria-busy])").first().waitFor();
  await trip.look("home with a plugin");
}
