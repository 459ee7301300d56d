// What holds for every page: what axe finds, however small it calls it, and that nothing scrolls sideways.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// WCAG 2.2 A and AA, and what is good manners besides.
export const ALL = {
  type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
};
// What another colouring or another width can break.
export const COLOUR = { type: "rule", values: ["color-contrast"] };
export const COLOUR_AND_SIZE = { type: "rule", values: ["color-contrast", "target-size"] };

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

// Makes the window as long as the page, so that what is fixed to its edges stands there, in pictures
// and for axe, instead of covering what happens to be under it.
export async function stretch(page, { width, height }) {
  // What may have a share of the window's height grows with it.
  for (let times = 0; times < 4; times += 1) {
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    if (whole <= height) return;
    height = whole;
    await page.setViewportSize({ width, height });
  }
}

// What axe finds in the page as it stands, one line a node.
export async function findings(page, runOnly, within = null) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(AXE);
  return page.evaluate(judge, { runOnly, within });
}

// Runs in the page.
async function judge({ runOnly, within }) {
  const { violations } = await window.axe.run(within ?? document, {
    runOnly,
    resultTypes: ["violations"],
    preload: false,
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 5).map((node) => `${id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? node.failureSummary})`),
  );
}

// The first thing that sticks out, if the page can be pushed sideways.
export function sideways(page) {
  return page.evaluate(tooWide);
}

// Runs in the page.
function tooWide() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return null;
  const sticksOut = (element) => {
    const { left, right } = element.getBoundingClientRect();
    return right > clientWidth + 1 || left < -1;
  };
  const first = [...document.querySelectorAll("main *")].find(sticksOut);
  return `scrolls sideways: ${scrollWidth} of ${clientWidth} pixels, ${first?.outerHTML.slice(0, 160) ?? "no element of main"}`;
}
