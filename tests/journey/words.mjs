// Who makes the journey in each language, and the texts to compare pages with.
import { readdirSync, readFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);

// The browser's language and zone are guessed from on the first page; the rest is typed.
export const travellers = {
  en: {
    language: "en",
    dir: "ltr",
    browser: { locale: "en-US", timezoneId: "America/New_York" },
    business: "Rosewood Studio",
    owner: "Maya Stone",
    email: "maya@rosewood.example",
    password: "plum-kettle-orbit-29",
    person: { name: "Oliver Grant", phone: "+1 212 555 0187", email: "oliver@example.com", company: "Grant & Daughters" },
    appointment: "Fitting for the spring collection",
    location: "Front room, second floor",
    changed: "Second fitting for the spring collection",
    without: "Coffee with a neighbour",
    dragged: "Flowers for the window",
    weekly: "Stock taking",
    imported: "Photographs of the window",
    importedDays: "Trade fair",
  },
  he: {
    language: "he",
    dir: "rtl",
    browser: { locale: "he-IL", timezoneId: "Asia/Jerusalem" },
    business: "סטודיו ורדים",
    owner: "מאיה אלון",
    email: "maya@vradim.example",
    password: "שזיף-קומקום-מסלול-29",
    person: { name: "אורי בן־דוד", phone: "052-555-0187", email: "uri@example.com", company: "בן־דוד ובנותיו" },
    appointment: "מדידה לקולקציית האביב",
    location: "החדר הקדמי, קומה 2",
    changed: "מדידה שנייה לקולקציית האביב",
    without: "קפה עם שכנה",
    dragged: "פרחים לחלון",
    weekly: "ספירת מלאי",
    imported: "צילומי חלון הראווה",
    importedDays: "יריד",
  },
};

// The texts of one language by key, of the theme and of a plugin. Only those of one line are needed here.
export function themeTexts(language) {
  const folder = new URL(`themes/default/locales/${language}/`, ROOT);
  return new Map(readdirSync(folder).flatMap((file) => read(new URL(file, folder))));
}

export function pluginTexts(plugin, language) {
  return new Map(read(new URL(`plugins/${plugin}/locales/${language}.ftl`, ROOT)));
}

function read(file) {
  const lines = readFileSync(file, "utf8").matchAll(/^([a-z][a-z0-9_-]*) = (.+)$/gm);
  return [...lines].map(([, key, text]) => [key, text]);
}

// Whether a page's text says what the theme has under a key, whatever its values are.
export function says(pageText, text) {
  const plain = (some) => some.replace(/[\u2066-\u2069]/g, "").replace(/\s+/g, " ");
  const parts = plain(text).split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".+")).test(plain(pageText));
}
