// Looks at a page as it stands: in both widths and both colourings, with a picture of each, and with
// rules that hold for every page.
import { join } from "node:path";
import { ALL, COLOUR, findings, PHONE, sideways, stretch, WIDE } from "./rules.mjs";

// What is wrong with the page, in lines.
// `mixed`: the page shows samples in both languages on purpose.
export async function look(page, { name, traveller, out, mixed = false }) {
  const problems = await page.evaluate(read, { language: traveller.language, dir: traveller.dir, mixed });
  for (const [width, viewport] of [["1280", WIDE], ["360", PHONE]]) {
    await page.setViewportSize(viewport);
    const over = await sideways(page);
    if (over) problems.push(`${width}: ${over}`);
    await stretch(page, viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const runOnly = rules(width, colorScheme);
      const found = runOnly ? await findings(page, runOnly) : [];
      problems.push(...found.map((line) => `${width} ${colorScheme}: ${line}`));
      const picture = `${traveller.language}-${name}-${width}-${colorScheme}.png`;
      // A hidden caret would need an inline style, which the page rightly refuses.
      await page.screenshot({ path: join(out, picture), caret: "initial" });
    }
  }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: "light" });
  return problems;
}

// Colouring changes nothing but contrast, and the colours are the same at both widths.
function rules(width, colorScheme) {
  if (colorScheme === "light") return ALL;
  return width === "1280" ? COLOUR : null;
}

// Runs in the page: language, direction, texts that were left out, and how much script it took.
function read({ language, dir, mixed }) {
  const problems = [];
  const { documentElement: root } = document;
  if (root.lang !== language) problems.push(`lang is "${root.lang}"`);
  if (root.dir !== dir) problems.push(`dir is "${root.dir}"`);
  if (!document.querySelector(".sandbox")) problems.push("doesn't say that this is the sandbox");
  if (document.querySelectorAll("h1").length !== 1) problems.push("has not one h1");
  const skipped = "script, style, svg, code, select, [lang]:not(html)";
  const leaves = [...document.querySelectorAll("title, body *")].filter(
    (element) => !element.children.length && !element.closest(skipped),
  );
  let hebrew = 0;
  for (const leaf of leaves) {
    const text = leaf.textContent.trim();
    if (/[\u05d0-\u05ea]/.test(text)) hebrew += 1;
    if (/^[a-z]+(-[a-z]+)+$/.test(text)) problems.push(`an untranslated key: ${text}`);
    if (/\{\s*\$|\{\{|\{%/.test(text)) problems.push(`an unfilled text: ${text}`);
    if (!mixed && language === "he" && /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b/.test(text)) problems.push(`not in Hebrew: ${text}`);
    if (!mixed && language === "en" && /[\u05d0-\u05ea]/.test(text)) problems.push(`not in English: ${text}`);
  }
  if (language === "he" && hebrew < 5) problems.push("hardly any Hebrew");
  // As they travel, compressed, also where the browser had them already.
  const scripts = performance.getEntriesByType("resource").filter(({ name }) => new URL(name).pathname.endsWith(".js"));
  const bytes = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  if (!(bytes > 0 && bytes < 100 * 1024)) problems.push(`${bytes} bytes of scripts in ${scripts.length} files`);
  return problems;
}
