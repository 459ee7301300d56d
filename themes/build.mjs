// Copies what themes need from node_modules into default/assets/vendor, where the binary embeds it.
// Run after `npm ci`; safe to run again.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "default", "assets", "vendor");

// Where a file comes from, and the name it gets.
const files = [
  ["@fontsource-variable/rubik/files/rubik-hebrew-wght-normal.woff2", "rubik-hebrew.woff2"],
  ["@fontsource-variable/rubik/files/rubik-latin-wght-normal.woff2", "rubik-latin.woff2"],
  ["@fontsource-variable/rubik/files/rubik-latin-ext-wght-normal.woff2", "rubik-latin-ext.woff2"],
  ["@fontsource-variable/rubik/LICENSE", "rubik-LICENSE.txt"],
  ["@event-calendar/build/dist/event-calendar.min.js", "event-calendar.js"],
  ["@event-calendar/build/dist/event-calendar.min.css", "event-calendar.css"],
];

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
for (const [from, to] of files) {
  copyFileSync(join(here, "node_modules", from), join(vendor, to));
}
