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
    week: {
      ruth: "Ruth Adler",
      lena: "Lena Park",
      ben: "Ben Ortiz",
      sam: "Sam Doyle",
      dora: "Dora West",
      call: "Call Ruth about the ribbons",
      order: "Order the tulips",
      note: "Wants ivory ribbons, not white",
    },
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
    week: {
      ruth: "רות אדלר",
      lena: "לנה פרץ",
      ben: "בן אורטיז",
      sam: "שמואל דויטש",
      dora: "דורה מערבי",
      call: "להתקשר לרות בעניין הסרטים",
      order: "להזמין צבעונים",
      note: "רוצה סרטים בצבע שנהב, לא לבן",
    },
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

const verbatim = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// What is called by a text of the theme and nothing else, these values filled in: for finding things as
// somebody does who looks for them. Others may be anything.
export function called(text, values = {}) {
  const parts = text.trim().split(/\{\s*(?:NUMBER\()?\$([\w-]+)\)?\s*\}/);
  const value = (name) => (name in values ? `[\u2066-\u2069]*${verbatim(String(values[name]))}[\u2066-\u2069]*` : ".+");
  const inside = parts.map((part, at) => (at % 2 ? value(part) : verbatim(part))).join("");
  return new RegExp(`^\\s*${inside}\\s*$`);
}

// Whether a page's text says what the theme has under a key, whatever its values are.
export function says(pageText, text) {
  const plain = (some) => some.replace(/[\u2066-\u2069]/g, "").replace(/\s+/g, " ");
  const parts = plain(text).split(/\{[^}]*\}/).map(verbatim);
  return new RegExp(parts.join(".+")).test(plain(pageText));
}
