// A form offers some to choose from; whoever types above them is offered those that fit, of all. Where they
// come from is told by the choice itself: people, unless it says otherwise, and who isn't among them.
const PAUSE_MILLIS = 150;
const ROWS_MAX = 6;

export function findPeople(root) {
  for (const select of root.querySelectorAll("select[data-find]")) findIn(root, select);
}

function findIn(root, select) {
  const offered = [...select.options];
  const from = select.dataset.from ?? "/people/choices";
  const input = root.createElement("input");
  const status = root.createElement("p");
  let asked = 0;
  let timer;
  input.className = "input find";
  input.type = "search";
  input.placeholder = select.dataset.find;
  input.setAttribute("aria-label", select.dataset.find);
  input.autocomplete = "off";
  input.maxLength = 100;
  input.dir = "auto";
  status.className = "sr";
  status.setAttribute("role", "status");
  select.before(input, status);

  // Who is chosen stays among the choices, and so does nobody.
  const offer = (options, found) => {
    const kept = offered.filter((option) => !option.value || option === select.selectedOptions[0]);
    const chosen = select.selectedOptions[0];
    const all = found ? [...kept, ...options.filter((option) => option.value !== chosen?.value)] : options;
    if (chosen && !all.includes(chosen)) all.unshift(chosen);
    select.replaceChildren(...all);
    if (chosen) chosen.selected = true;
    select.size = found ? Math.min(Math.max(all.length, 2), ROWS_MAX) : 0;
  };

  async function look() {
    const mine = ++asked;
    const text = input.value.trim();
    if (!text) {
      status.className = "sr";
      status.textContent = "";
      return offer(offered, false);
    }
    try {
      const answer = await fetch(`${from}?q=${encodeURIComponent(text)}`, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(`<select>${await answer.text()}</select>`, "text/html");
      // An older question's answer may come last.
      if (mine !== asked) return;
      const found = [...page.querySelectorAll("option")].filter((option) => option.value !== select.dataset.but);
      const options = found.map((option) => root.adoptNode(option));
      offer(options, true);
      status.className = options.length ? "sr" : "faint small";
      status.textContent = options.length ? String(options.length) : select.dataset.none;
    } catch {
      // What was offered stays.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MILLIS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      look();
    }
    if (event.key === "ArrowDown") {
      event.preventDefault();
      select.focus();
    }
  });
  select.addEventListener("change", () => {
    select.size = 0;
    input.value = "";
  });
}
