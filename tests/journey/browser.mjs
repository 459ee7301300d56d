// The browser, and what goes on in it that a person wouldn't see: errors in the console, answers that
// failed, requests to anywhere else.
import { chromium } from "playwright-core";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: false,
    args: FLAGS,
    timeout: 60_000,
  });
}

// A fresh profile in a language and zone. `expects` holds the statuses a step has asked for.
export async function openProfile(browser, house, options) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
    reducedMotion: "reduce",
    baseURL: house.base,
    ...options,
  });
  context.setDefaultTimeout(20_000);
  context.setDefaultNavigationTimeout(20_000);
  const noise = [];
  const expects = new Set();
  watch(context, house, noise, expects);
  return { context, page: await context.newPage(), noise, expects };
}

function watch(context, house, noise, expects) {
  const own = (url) => url.startsWith(`${house.base}/`);
  context.on("console", (message) => {
    // Failed answers are told below, with their status.
    const isAnswer = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isAnswer && own(message.location().url + "/")) {
      noise.push(`${message.location().url}: ${message.text()}`);
    }
  });
  context.on("weberror", (error) => noise.push(`${error.page()?.url()}: ${error.error()}`));
  context.on("request", (request) => {
    const url = request.url();
    if (!own(url) && !url.startsWith(`${house.simulator}/`) && !url.startsWith("data:")) {
      noise.push(`a request to elsewhere: ${url}`);
    }
  });
  context.on("response", (answer) => {
    if (own(answer.url()) && answer.status() >= 400 && !expects.has(answer.status())) {
      noise.push(`${answer.url()} answered ${answer.status()}`);
    }
  });
}
