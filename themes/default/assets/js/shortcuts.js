// Keys one after the other lead to pages; `?` lists them, `/` opens the search. Never while somebody
// types, never with Ctrl, Alt or Cmd, and not under an open dialog.
const WITHIN_MILLIS = 1_200;

const types = (element) => element?.closest?.("input, textarea, select, [contenteditable], [role=textbox], [role=combobox]");

export function followKeys(root) {
  const list = root.getElementById("shortcuts");
  if (!list?.showModal) return;
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  if (isMac) for (const key of root.querySelectorAll("[data-mod-key]")) key.textContent = `⌘ ${key.dataset.modKey}`;
  // Only what the person's navigation has, or a button of the page.
  const places = [...root.querySelectorAll(".nav a[href]")].map((link) => link.getAttribute("href"));
  const ways = new Map();
  for (const line of list.querySelectorAll("[data-keys]")) {
    const { keys, href } = line.dataset;
    const place = { "/appointments/new": "/calendar", "/people/new": "/people" }[href] ?? href;
    if (places.includes(place)) ways.set(keys, href);
    else line.hidden = true;
  }
  let before = "";
  let timer;
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (types(event.target) || root.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "?") {
      event.preventDefault();
      return list.showModal();
    }
    if (event.key === "/") {
      event.preventDefault();
      return root.dispatchEvent(new Event("oxpi-palette"));
    }
    // By the key's place, so that a Hebrew keyboard's g is a g.
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : "";
    if (!letter) return void (before = "");
    const way = ways.get(`${before} ${letter}`);
    before = letter;
    clearTimeout(timer);
    timer = setTimeout(() => (before = ""), WITHIN_MILLIS);
    if (way) location.assign(way);
  });
}
