// The whole journey, in each language at once, each in its own house, and then every page with sample
// data. `./run en` takes one language, `./run pages` the pages alone.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { launch, openProfile } from "./browser.mjs";
import { pages } from "./pages.mjs";
import { Report } from "./report.mjs";
import { closeHouse, killAll, openHouse, tail } from "./servers.mjs";
import { booking } from "./story/booking.mjs";
import { calendar, calendarEnds } from "./story/calendar.mjs";
import { connecting } from "./story/connecting.mjs";
import { documents } from "./story/documents.mjs";
import { endpoints } from "./story/endpoints.mjs";
import { gallery } from "./story/gallery.mjs";
import { importing } from "./story/importing.mjs";
import { lists } from "./story/lists.mjs";
import { looks } from "./story/looks.mjs";
import { leaving } from "./story/leaving.mjs";
import { openid } from "./story/openid.mjs";
import { opening } from "./story/opening.mjs";
import { passkeys } from "./story/passkeys.mjs";
import { people } from "./story/people.mjs";
import { programs, programsEnd } from "./story/programs.mjs";
import { tasks } from "./story/tasks.mjs";
import { scriptless } from "./story/scriptless.mjs";
import { shell } from "./story/shell.mjs";
import { troubles } from "./story/troubles.mjs";
import { week, weekEnds } from "./story/week.mjs";
import { Trip } from "./trip.mjs";
import { within } from "./wait.mjs";
import { travellers } from "./words.mjs";

// Far more than an idle machine needs: two minutes for all of it.
const STEP_SECS = 300;
const JOURNEY_SECS = 1_200;
const PAGES_SECS = 1_500;

const target = process.env.CARGO_TARGET_DIR;
const plugins = process.env.OXPI_TEST_PLUGINS;
const out = join(target, "journey");
const report = new Report();

// Takes the steps in their order; says whether all were taken.
async function take(trip, steps) {
  const { language } = trip.traveller;
  for (const [at, [name, step]] of steps.entries()) {
    try {
      await within(STEP_SECS, name, step(trip));
      report.pass(`${language}: ${name}`);
    } catch (error) {
      const left = steps.length - at - 1;
      report.fail(`${language}: ${name}${left ? ` (${left} later steps were not tried)` : ""}`, await story(trip, error));
      return false;
    }
  }
  return true;
}

// Everything one needs to know about a failure: the error, the page, the log.
async function story(trip, error) {
  const { page, out, traveller, house } = trip;
  const picture = join(out, `${traveller.language}-failed.png`);
  await page.screenshot({ path: picture, fullPage: true, caret: "initial", timeout: 10_000 }).catch(() => null);
  const text = await within(5, "reading the page", page.locator("body").innerText()).catch(() => "(not to be read)");
  return [
    error.stack ?? String(error),
    error.cause ? `because: ${error.cause}` : "",
    `--- ${page.url()} says (${picture}):`,
    text,
    `--- and the log ends with (${house.log}):`,
    tail(house.log),
  ].join("\n");
}

async function travel(browser, traveller) {
  const { language } = traveller;
  const house = await openHouse({ name: language, target, plugins, out });
  try {
    const profile = await openProfile(browser, house, traveller.browser);
    const trip = new Trip({ traveller, house, profile, report, out });
    const whole = await take(trip, [...opening, ...connecting, ...troubles, ...booking, ...calendar, ...importing, ...calendarEnds, ...gallery, ...people, ...lists, ...tasks, ...documents, ...week, ...programs, ...endpoints, ...programsEnd, ...weekEnds, ...shell, ...looks, ...leaving, ...passkeys, ...openid]);
    report.found(`${language}: a quiet console, and no request to elsewhere`, [...new Set(profile.noise)]);
    if (whole) await withoutScripts(browser, house, traveller);
  } finally {
    const ended = await closeHouse(house);
    report.found(`${language}: the program ends when told to`, ended === "ended with 0" ? [] : [`it ${ended}`, tail(house.log)]);
  }
}

async function withoutScripts(browser, house, traveller) {
  const profile = await openProfile(browser, house, { ...traveller.browser, javaScriptEnabled: false });
  await take(new Trip({ traveller, house, profile, report, out }), scriptless);
  report.found(`${traveller.language}: a quiet console without scripts`, [...new Set(profile.noise)]);
}

function clearPictures() {
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out).filter((name) => name.endsWith(".png"))) rmSync(join(out, file));
}

async function main() {
  clearPictures();
  const wanted = process.argv.slice(2);
  const going = Object.values(travellers).filter(({ language }) => !wanted.length || wanted.includes(language));
  const browser = await launch();
  try {
    const all = Promise.allSettled(going.map((traveller) => travel(browser, traveller)));
    for (const { reason } of await within(JOURNEY_SECS, "the journey", all)) {
      if (reason) report.fail("the journey", reason.stack ?? String(reason));
    }
    if (!wanted.length || wanted.includes("pages")) {
      await within(PAGES_SECS, "every page", pages(browser, process.env.OXPI_GALLERY, report));
    }
  } finally {
    await within(10, "closing the browser", browser.close()).catch(() => null);
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
process.once("exit", killAll);
await main().catch((error) => report.fail("the journey", error.stack ?? String(error)));
report.close();
process.exit(report.failed ? 1 : 0);
