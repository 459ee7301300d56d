// Every page there is, with sample data, as the web crate's own tests draw them into the folder
// $OXPI_GALLERY: both looks, both languages, light and dark, wide and on a phone, with nothing left for
// axe to say. Each of these has its share of the whole rules; the rest is what colour and width change.
import { createReadStream, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { ALL, COLOUR_AND_SIZE, findings, PHONE, sideways, stretch, WIDE } from "./rules.mjs";

const AT_ONCE = 2;
// How many are shown by one page of the browser, one after the other.
const PIECE = 60;
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

// The sheets of the folder: a page's name, its look, language and colouring.
function sheets(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".html"))
    .map((file) => {
      const [appearance, language, name, theme = "default"] = file.split(".").slice(0, -1).reverse();
      return { file, theme, name, language, appearance };
    });
}

// Serves the folder. A page's scripts ask for more than lies there, and get nothing.
function serve(folder) {
  const server = createServer((request, answer) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = join(folder, normalize(decodeURIComponent(pathname)));
    const isFile = file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile();
    if (!isFile) return void answer.writeHead(204).end();
    const isAsset = pathname.startsWith("/assets/");
    answer.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "cache-control": isAsset ? "max-age=3600" : "no-store",
    });
    createReadStream(file).pipe(answer);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// Which width has the whole rules: each colouring and each language meets them at both widths.
const isWhole = ({ language, appearance }, width) => (language === "en") === (appearance === "light") === (width === "1280");

async function judge(page, sheet) {
  const problems = [];
  const say = (width, state, found) => {
    const at = `${sheet.theme} ${sheet.language} ${sheet.appearance} ${width}${state}`;
    problems.push(...found.filter(Boolean).map((line) => `${at}: ${line}`));
  };
  for (const [width, viewport] of [["1280", WIDE], ["360", PHONE]]) {
    await page.setViewportSize(viewport);
    say(width, "", [await sideways(page)]);
    await stretch(page, viewport);
    say(width, "", await findings(page, isWhole(sheet, width) ? ALL : COLOUR_AND_SIZE));
    if (!isWhole(sheet, width)) continue;
    for (let part = await page.evaluate(unfold); part; part = await page.evaluate(unfold)) {
      await stretch(page, viewport);
      say(width, ` ${part}`, [await sideways(page), ...(await findings(page, ALL, "[data-unfolded]"))]);
    }
  }
  return problems;
}

// Runs in the page: what is folded away is looked at too, each question and each menu by itself and all
// the rest at once. Folds what it unfolded before; answers what it is, or nothing when all were seen.
function unfold() {
  const main = document.querySelector("main");
  for (const last of document.querySelectorAll("[data-unfolded]")) {
    delete last.dataset.unfolded;
    if (last.matches("[popover]")) last.hidePopover();
    else if (last.matches("details")) last.open = false;
    else for (const each of last.querySelectorAll("details[data-seen]")) each.open = false;
  }
  const one = document.querySelector("[popover][id]:not([data-seen]), main details.menu:not([data-seen])");
  const rest = one ? [one] : [...main.querySelectorAll("details:not([data-seen], [open])")];
  for (const each of rest) each.dataset.seen = "";
  if (!rest.length) {
    for (const each of document.querySelectorAll("[data-seen]")) delete each.dataset.seen;
    return null;
  }
  (one ?? main).dataset.unfolded = "";
  if (one?.matches("[popover]")) one.showPopover();
  else for (const each of rest) each.open = true;
  return one ? `#${one.id || "menu"}` : "unfolded";
}

// Puts a sheet's page into the one that stands there: what differs within a group is the body, so the
// style sheets and axe stay, which is most of the time. Scripts don't run; the journey looks at theirs.
async function swap(page, { file }) {
  await page.evaluate(async (address) => {
    const fresh = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    const { lang, dir, dataset } = fresh.documentElement;
    Object.assign(document.documentElement, { lang, dir });
    Object.assign(document.documentElement.dataset, dataset);
    document.title = fresh.title;
    document.body.replaceWith(document.adoptNode(fresh.body));
    scrollTo(0, 0);
  }, `/${file}`);
}

async function work(browser, base, groups, problems) {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", baseURL: base });
  for (let group = groups.pop(); group; group = groups.pop()) {
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme: group[0].appearance });
    await page.goto(`/${group[0].file}`);
    for (const sheet of group) {
      await swap(page, sheet);
      problems.get(sheet.name).push(...(await judge(page, sheet)));
    }
    await page.close();
  }
  await context.close();
}

// Sheets that share their style sheets, in pieces that one page of the browser holds well.
function grouped(all) {
  const pieces = [];
  const filling = new Map();
  for (const sheet of all) {
    const key = `${sheet.theme} ${sheet.appearance}`;
    if (!(filling.get(key)?.length < PIECE)) {
      filling.set(key, []);
      pieces.push(filling.get(key));
    }
    filling.get(key).push(sheet);
  }
  return pieces;
}

// Every page is one check, whatever its looks, languages and widths.
export async function pages(browser, folder, report) {
  const all = sheets(folder);
  if (!all.length) throw new Error(`no pages in ${folder}`);
  const problems = new Map(all.map(({ name }) => [name, []]));
  const server = await serve(normalize(folder));
  try {
    const base = `http://127.0.0.1:${server.address().port}`;
    const groups = grouped(all);
    await Promise.all(Array.from({ length: AT_ONCE }, () => work(browser, base, groups, problems)));
  } finally {
    server.close();
    server.closeAllConnections();
  }
  for (const [name, found] of problems) report.found(`the page "${name}" in every look`, found);
}
