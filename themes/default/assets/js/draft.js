// What somebody typed isn't lost. Leaving a changed form asks first; what a sent form held is kept in this
// tab until the server has taken it, and filled in again after an error or a new sign-in of the same person.
// Never passwords, files or what the page itself put into the form.
const KEY = "oxpi-draft";
const KEPT_MILLIS = 12 * 3_600_000;
// What ties a form to what it was filled in for: sent again, it counts once, and what others changed
// meanwhile is still told.
const TIES = ["form_id", "rev"];
const APART = ["hidden", "password", "file", "submit", "button", "reset", "image"];

const fieldsOf = (form) =>
  [...form.elements].filter((field) => field.name && !APART.includes(field.type) && !field.readOnly && !field.disabled);
const isChecked = (field) => field.type === "checkbox" || field.type === "radio";
const held = (form) => fieldsOf(form).map((field) => [field.name, field.value, isChecked(field) ? field.checked : null]);
const tiesOf = (form) => TIES.map((name) => form.querySelector(`input[type=hidden][name=${name}]`)).filter(Boolean);
const isKept = (form) => form instanceof HTMLFormElement && form.method === "post" && !("auto" in form.dataset) && fieldsOf(form).length > 0;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function drop() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing has nothing to drop.
  }
}

function fill(form, draft) {
  for (const tie of tiesOf(form)) tie.value = draft.ties[tie.name] ?? tie.value;
  for (const field of fieldsOf(form)) {
    const same = draft.fields.find(([name, value]) => name === field.name && (!isChecked(field) || value === field.value));
    if (!same) continue;
    if (isChecked(field)) field.checked = same[2];
    else if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === same[1])) field.value = same[1];
  }
}

export function keepTyping(root) {
  const { who } = root.body.dataset;
  const draft = read();
  if (!who) {
    // An error page, or the door: what was typed waits.
    for (const note of root.querySelectorAll("[data-draft-kept]")) note.hidden = !draft;
    return;
  }
  const before = new WeakMap();
  const remember = (form) => before.has(form) || before.set(form, JSON.stringify(held(form)));
  const look = (form) => form.toggleAttribute("data-dirty", JSON.stringify(held(form)) !== before.get(form));
  if (draft) restore(draft);

  function restore(draft) {
    const { body } = root;
    // The server answered what was sent, on this page or by a redirect that says what was done.
    const isTaken = "answered" in body.dataset || root.querySelector(".toasts .toast");
    const isOurs = draft.who === who && Date.now() - draft.at < KEPT_MILLIS;
    const form = [...root.forms].find((form) => isKept(form) && form.getAttribute("action") === draft.action);
    drop();
    if (!isOurs || isTaken || !form) return;
    remember(form);
    const ties = tiesOf(form).map((tie) => [tie, tie.value]);
    fill(form, draft);
    look(form);
    const note = root.getElementById("draft-note");
    if (!("dirty" in form.dataset) || !note) return;
    const banner = note.content.cloneNode(true).firstElementChild;
    banner.querySelector("button").addEventListener("click", () => {
      form.reset();
      for (const [tie, value] of ties) tie.value = value;
      look(form);
      banner.remove();
    });
    form.before(banner);
  }

  root.addEventListener("focusin", (event) => isKept(event.target.form) && remember(event.target.form));
  for (const kind of ["input", "change"])
    root.addEventListener(kind, (event) => {
      const { form } = event.target;
      if (isKept(form) && before.has(form)) look(form);
    });
  root.addEventListener("reset", (event) => setTimeout(() => before.has(event.target) && look(event.target)));
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.getAttribute("action") === "/sign-out") return drop();
    if (!isKept(form)) return;
    form.removeAttribute("data-dirty");
    try {
      const ties = Object.fromEntries(tiesOf(form).map((tie) => [tie.name, tie.value]));
      const kept = { who, action: form.getAttribute("action"), at: Date.now(), fields: held(form), ties };
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Without room it is as it was without this.
    }
  });
  addEventListener("beforeunload", (event) => {
    if (root.querySelector("form[data-dirty]")) event.preventDefault();
  });
}
