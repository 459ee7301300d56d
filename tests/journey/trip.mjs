// One journey in one language: what its steps share.
import assert from "node:assert/strict";
import { join } from "node:path";
import { look } from "./look.mjs";
import { Provider } from "./simulator.mjs";
import { until } from "./wait.mjs";
import { called, pluginTexts, says, themeTexts } from "./words.mjs";

export class Trip {
  // What steps leave for later ones: addresses, ids, times.
  kept = {};

  constructor({ traveller, house, profile, report, out }) {
    Object.assign(this, { traveller, house, report, out, ...profile });
    this.provider = new Provider(house.simulator);
    this.texts = themeTexts(traveller.language);
    this.pluginTexts = pluginTexts("google-calendar", traveller.language);
  }

  // Looks at the page as it stands; what is wrong counts, and the journey goes on.
  async look(name, { mixed } = {}) {
    const { traveller, out } = this;
    const problems = await look(this.page, { name: name.replaceAll(" ", "-"), traveller, out, mixed });
    this.report.found(`${this.traveller.language}: the page "${name}"`, problems);
  }

  // A picture of the window as it stands, for what isn't a page of its own.
  picture(name) {
    const file = `${this.traveller.language}-${name.replaceAll(" ", "-")}.png`;
    return this.page.screenshot({ path: join(this.out, file), caret: "initial" });
  }

  open(path) {
    return this.page.goto(path);
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  // Presses something that leads to another page, and waits for the address.
  async press(target, path) {
    const button = typeof target === "string" ? this.page.locator(target) : target;
    await button.click();
    await this.page.waitForURL((url) => path.test(url.pathname), { waitUntil: "load" });
  }

  // Presses what leads to the provider. Where ten minutes have passed since the sign-in, as on a busy
  // machine, who it is is asked once more.
  async toProvider(button) {
    const { page, house, expects, traveller } = this;
    const isThere = () => page.url().startsWith(`${house.simulator}/`);
    const question = page.locator("#confirm-form");
    expects.add(403);
    await page.locator(button).click();
    await until(20, "the provider's page", async () => isThere() || (await question.count()) > 0);
    if (!isThere()) {
      await question.locator("[name=confirm_password]").fill(traveller.password);
      await question.locator("button.button-main").click();
      await page.waitForURL(isThere);
    }
    expects.delete(403);
  }

  // Fills in fields by their names; a select by its value.
  async fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.page.locator(`main [name="${name}"]:not([type=hidden])`);
      const isChoice = (await field.evaluate((element) => element.tagName)) === "SELECT";
      await (isChoice ? field.selectOption(value) : field.fill(value));
    }
  }

  // Presses what may ask once more who it is, until this is there: ten minutes pass on a busy machine.
  async pressProven(button, seen) {
    const { page, expects, traveller } = this;
    const question = page.locator("#confirm-form");
    const isThere = async (part) => (await part.count()) > 0;
    expects.add(403);
    await page.locator(button).click();
    await until(20, seen, async () => (await isThere(page.locator(seen))) || isThere(question));
    if (await isThere(question)) {
      await question.locator("[name=confirm_password]").fill(traveller.password);
      await question.locator("button.button-main").click();
      await page.locator(seen).first().waitFor();
    }
    expects.delete(403);
  }

  // What the theme has under a key.
  word(key) {
    const text = this.texts.get(key);
    assert.ok(text, `the theme has no text ${key}`);
    return text;
  }

  // Something of a kind as somebody finds it who reads: by what it says.
  named(role, key, values) {
    return this.page.getByRole(role, { name: called(this.word(key), values) });
  }

  // A field that is shown, by its label, whether it may be left empty or not.
  field(key, { values, within = this.page.locator("main") } = {}) {
    const { source } = called(this.word(key), values);
    const optional = called(this.word("optional")).source.slice(1, -1);
    const label = new RegExp(`${source.slice(0, -1)}(${optional})?$`);
    return within.getByLabel(label).filter({ visible: true });
  }

  // Follows a link to where it leads, also where that is the same page asked for something else.
  async follow(link) {
    const { pathname, search } = new URL(await link.getAttribute("href"), this.house.base);
    await link.click();
    await this.page.waitForURL((url) => url.pathname + url.search === pathname + search, { waitUntil: "load" });
  }

  // The text of the page's own part, as it is shown.
  text() {
    return this.page.locator("main").innerText();
  }

  // Asserts that a part of the page says what the theme has under a key.
  async reads(selector, key) {
    const wanted = this.word(key);
    const part = this.page.locator(selector).filter({ visible: true }).first();
    const shown = await part.innerText();
    assert.ok(says(shown, wanted), `"${wanted}" is not in "${shown}"`);
  }

  async contains(selector, ...wanted) {
    const shown = await this.page.locator(selector).first().innerText();
    for (const text of wanted) assert.ok(shown.includes(text), `"${text}" is not in "${shown}"`);
  }

  // Loads the page again until it is as it should be.
  reloadUntil(secs, what, found) {
    return until(
      secs,
      what,
      async () => {
        await this.page.reload();
        return found(this.page);
      },
      1000,
    );
  }

  // What a clock on the business's wall shows at an instant.
  wall(instant) {
    const { timezoneId: timeZone } = this.traveller.browser;
    const text = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(instant);
    const [date, time] = text.split(" ");
    return { date, time };
  }
}
