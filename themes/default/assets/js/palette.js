// The command palette: a combobox over what the server finds. Ctrl-K or Cmd-K opens it anywhere, the
// button in the frame too. Focus stays in the field; the arrows move the option that is active.
const PAUSE_MILLIS = 120;

export function openPalette(root) {
  const dialog = root.getElementById("palette");
  if (!dialog?.showModal) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[data-count]");
  let asked = 0;
  let timer;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const activate = (option) => {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  // Without options there is no list: the words stand in its place, and are read out.
  const say = (text) => {
    const any = options().length > 0;
    status.textContent = text;
    status.className = any ? "sr" : "found-nothing";
    list.hidden = !any;
    input.setAttribute("aria-expanded", String(any));
  };

  async function look() {
    const mine = ++asked;
    const address = `${list.dataset.found}?q=${encodeURIComponent(input.value.trim())}`;
    let found;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
      found = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      if (mine === asked) {
        list.replaceChildren();
        say(status.dataset.failed);
      }
      return;
    }
    // An older question's answer may come last.
    if (mine !== asked) return;
    show(found);
  }

  function show(found) {
    let at = 0;
    // The page of a search has the same parts: ids of the palette's own.
    for (const label of found.querySelectorAll(".found-label")) {
      label.id = `palette-${label.id}`;
      label.setAttribute("role", "presentation");
      label.parentElement.setAttribute("role", "group");
      label.parentElement.setAttribute("aria-labelledby", label.id);
    }
    for (const item of found.querySelectorAll(".found-item")) {
      item.id = `found-item-${at++}`;
      item.setAttribute("role", "option");
      item.tabIndex = -1;
    }
    list.replaceChildren(...[...found.body.children].map((child) => root.adoptNode(child)));
    activate(options()[0]);
    say(at ? String(at) : status.dataset.none);
  }

  const open = () => {
    if (dialog.open) return;
    root.querySelectorAll("dialog[open]").forEach((other) => other.close());
    input.value = "";
    dialog.showModal();
    input.focus();
    look();
  };

  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  root.addEventListener("oxpi-palette", open);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MILLIS);
  });
  input.addEventListener("keydown", (event) => {
    // Letters that are still being put together are not ours.
    if (event.isComposing) return;
    const all = options();
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length }[event.key];
    if (to !== undefined && all.length) {
      event.preventDefault();
      activate(all[to]);
    }
    if (event.key === "Enter" && all[at]) {
      event.preventDefault();
      all[at].click();
    }
  });
}
