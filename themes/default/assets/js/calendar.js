// Puts a grid in the place of the drawn calendar, on which appointments are moved, made longer and made.
// Times are the wall clock's of the business throughout: the grid never converts one.
import { say } from "/assets/js/toast.js";

const WIDE = "(min-width: 52rem)";
const KINDS = { day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth" };
const KEPT = "oxpi-calendar-hidden";
const QUARTER_SECS = 900;
// Of what takes no longer there is room for one line.
const SHORT_SECS = 2 * QUARTER_SECS;
const DAY_SECS = 86_400;

const place = document.getElementById("calendar-grid");
const words = place?.dataset ?? {};
const books = "books" in words;
const hidden = new Set(kept());
let grid;
let focusNext;
let wasDragged = false;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

const make = (name, className, text) => {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
};

const isShown = ({ layer, maker }) => !hidden.has(layer) && !(maker && hidden.has(maker));

// What is drawn by the server comes anew by itself when something changed; it is dressed again then.
function dressDrawn() {
  const drawn = document.getElementById("calendar-drawn");
  if (!drawn) return;
  drawn.classList.toggle("calendar-replaced", Boolean(grid) && !place.hidden);
  for (const entry of drawn.querySelectorAll("[data-layer]")) entry.classList.toggle("calendar-hidden", !isShown(entry.dataset));
}

function followKey() {
  for (const box of document.querySelectorAll("[data-layer-of], [data-maker-of]")) {
    const id = box.dataset.layerOf ?? box.dataset.makerOf;
    box.hidden = false;
    box.checked = !hidden.has(id);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(id);
      else hidden.add(id);
      try {
        localStorage.setItem(KEPT, JSON.stringify([...hidden]));
      } catch {
        // Kept for this page only.
      }
      dressDrawn();
      grid?.refetchEvents();
    });
  }
}

async function load({ startStr, endStr }) {
  try {
    const query = new URLSearchParams({ from: startStr.slice(0, 10), to: endStr.slice(0, 10) });
    const answer = await fetch(`/calendar/events?${query}`, { headers: { accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).filter(isShown).map(toEvent);
  } catch {
    say(document, words.lost);
    return grid?.getEvents() ?? [];
  }
}

const isShort = ({ start, end }) => Date.parse(`${end}Z`) - Date.parse(`${start}Z`) <= SHORT_SECS * 1000;

const toEvent = (entry) => ({
  id: entry.id,
  title: entry.title,
  start: entry.start,
  end: entry.end,
  allDay: entry.all_day,
  editable: entry.movable,
  classNames: [
    ...(entry.href ? [] : ["grid-busy"]),
    ...(entry.past ? ["grid-past"] : []),
    ...(isShort(entry) ? ["grid-short"] : []),
    ...(entry.problem ? ["grid-problem"] : []),
  ],
  extendedProps: entry,
});

function content({ event }) {
  const entry = event.extendedProps;
  const title = make("span", "grid-title", entry.title ?? event.title);
  title.dir = "auto";
  const at = event.allDay ? "" : clock(event.start);
  const time = make("span", "grid-time number", at);
  const isShadow = ["pointer", "preview", "ghost"].includes(event.display) || !entry.title;
  const nodes = entry.title ? [title] : [time];
  if (entry.title && at) nodes.push(time);
  if (entry.person) nodes.push(make("bdi", "grid-person", entry.person));
  if (entry.recurring) nodes.push(make("span", "sr", words.repeats));
  if (entry.online) nodes.push(make("span", "sr", words.online));
  if (entry.problem) nodes.push(make("span", "sr", words.problem));
  return { domNodes: [isShadow ? dress(make("span", "grid-link", ""), nodes) : dress(link(entry), nodes)] };
}

const dress = (element, nodes) => {
  element.append(...nodes);
  return element;
};

// What is pressed: an appointment's page, or what is known of a busy time. Letting go of what was dragged
// is no press.
function link(entry) {
  const pressed = make(entry.href ? "a" : "button", "grid-link", "");
  if (entry.href) pressed.href = entry.href;
  else pressed.type = "button";
  pressed.draggable = false;
  pressed.addEventListener("click", (event) => {
    if (wasDragged) event.preventDefault();
    else if (!entry.href) open(entry);
  });
  return pressed;
}

const clock = (date) => [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");

function dressEvent({ event, el }) {
  const entry = event.extendedProps;
  if (entry.colour) el.dataset.colour = entry.colour;
  if (!entry.id) return;
  el.dataset.entry = entry.id;
  el.title = `${entry.time} ${entry.title}`;
  el.addEventListener("keydown", (key) => moveByKey(key, event));
}

// Shift and an arrow move by a quarter of an hour or a day; with Alt too, they move the end.
function moveByKey(key, { extendedProps: { id }, allDay }) {
  // As it is now: what is drawn outlives what it was drawn from.
  const entry = grid.getEvents().find((event) => event.extendedProps.id === id)?.extendedProps;
  if (!entry) return;
  const line = getComputedStyle(place).direction === "rtl" ? -1 : 1;
  const steps = { ArrowUp: -QUARTER_SECS, ArrowDown: QUARTER_SECS, ArrowLeft: -DAY_SECS * line, ArrowRight: DAY_SECS * line };
  const secs = steps[key.key];
  const inDays = allDay || words.kind === "month";
  if (!key.shiftKey || key.ctrlKey || key.metaKey || !secs || !entry.movable || (inDays && Math.abs(secs) < DAY_SECS)) return;
  key.preventDefault();
  focusNext = entry.id;
  const start = key.altKey ? entry.start : later(entry.start, secs);
  move(entry, start, later(entry.end, secs));
}

function later(wall, secs) {
  return new Date(Date.parse(`${wall}Z`) + secs * 1000).toISOString().slice(0, 19);
}

const secsOf = (delta) => (delta ? delta.days * DAY_SECS + delta.seconds : 0);

function dropped({ event, delta, startDelta, endDelta, revert }) {
  const entry = event.extendedProps;
  move(entry, later(entry.start, secsOf(delta ?? startDelta)), later(entry.end, secsOf(delta ?? endDelta)), { revert });
}

// Which of a series is meant: "one", "following" or "all"; none where somebody thought better of it.
function askReach(entry) {
  const dialog = document.getElementById("move-reach");
  dialog.querySelector("[data-title]").textContent = entry.title;
  dialog.showPopover();
  dialog.querySelector("[data-reach]").focus();
  return new Promise((answer) => {
    const done = (reach) => {
      answer(reach);
      watch.abort();
      dialog.hidePopover();
    };
    const watch = new AbortController();
    const { signal } = watch;
    for (const button of dialog.querySelectorAll("[data-reach]")) {
      button.addEventListener("click", () => done(button.dataset.reach), { signal });
    }
    dialog.addEventListener("toggle", ({ newState }) => newState === "closed" && done(null), { signal });
  });
}

// Moves an appointment that is as it is shown; whatever stands in the way is said, and it is back where
// it was. One of a series asks which are meant.
async function move(entry, start, end, { revert, anyway, said, reach } = {}) {
  if (entry.recurring && !reach) {
    reach = await askReach(entry);
    if (!reach) {
      revert?.();
      grid.refetchEvents();
      return;
    }
  }
  const body = new URLSearchParams({ start, end, rev: entry.rev, ...(anyway && { anyway: "on" }), ...(reach && { reach }) });
  try {
    const answer = await fetch(`${entry.href}/move`, { method: "POST", body, headers: { accept: "application/json" }, redirect: "error" });
    if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
    const moved = await answer.json();
    if (answer.ok) {
      const now = { ...entry, start, end, rev: moved.rev };
      // Whoever goes on at once goes on from here.
      if (grid.getEventById(entry.id)) grid.updateEvent(toEvent(now));
      const back = () => move(now, entry.start, entry.end, { said: words.undone, reach });
      say(document, said ?? moved.said, said ? null : { label: words.undo, run: back });
    } else {
      revert?.();
      const again = () => move(entry, start, end, { anyway: true, reach });
      say(document, moved.said, moved.taken ? { label: words.anyway, run: again } : null);
    }
  } catch {
    revert?.();
    say(document, words.failed);
  }
  grid.refetchEvents();
}

function open(entry) {
  const dialog = document.getElementById("busy-more");
  dialog.querySelector("h2").textContent = entry.title;
  const lines = [entry.time, ...entry.more].map((text) => make("p", "", text));
  for (const line of lines) line.dir = "auto";
  dialog.querySelector("[data-busy]").replaceChildren(...lines);
  dialog.showPopover();
}

// To the form, with what was pointed at filled in. `end` isn't included.
function begin(start, end, allDay) {
  const query = new URLSearchParams({ date: start.slice(0, 10) });
  const days = end ? Math.round((Date.parse(end.slice(0, 10)) - Date.parse(start.slice(0, 10))) / (DAY_SECS * 1000)) : 0;
  // A day of a month that is pressed is a day on which something is to be; several are all of them.
  if (allDay && (words.kind !== "month" || days > 1)) {
    query.set("last", later(`${(end ?? start).slice(0, 10)}T00:00:00`, end ? -DAY_SECS : 0).slice(0, 10));
  } else if (!allDay) {
    query.set("start", start.slice(11, 16));
    if (end) query.set("end", end.slice(11, 16));
    if (end) query.set("days", days);
  }
  location.assign(`/appointments/new?${query}`);
}

function dayHead(date) {
  const name = words.weekdays.split("|")[date.getDay()];
  const nodes = [make("span", "grid-weekday", name)];
  if (words.kind !== "month") nodes.unshift(make("span", "grid-number", String(date.getDate())));
  return { domNodes: nodes };
}

function options() {
  const kind = KINDS[words.kind];
  return {
    view: kind,
    date: words.date,
    firstDay: Number(words.first),
    locale: words.locale,
    timeZone: words.offset,
    headerToolbar: { start: "", center: "", end: "" },
    height: words.kind === "month" ? undefined : "min(46rem, 78vh)",
    scrollTime: `${words.hour.padStart(2, "0")}:00`,
    slotDuration: "00:30",
    snapDuration: "00:15",
    slotHeight: 28,
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    dayHeaderFormat: dayHead,
    allDayContent: words.allDay,
    dayMaxEvents: true,
    moreLinkContent: ({ num }) => words.more.replace("{n}", num),
    nowIndicator: true,
    pointer: books,
    editable: false,
    eventStartEditable: books,
    eventDurationEditable: books,
    selectable: books,
    eventSources: [{ events: load }],
    eventContent: content,
    eventDidMount: dressEvent,
    eventDragStart: () => (wasDragged = true),
    eventResizeStart: () => (wasDragged = true),
    eventDrop: dropped,
    eventResize: dropped,
    eventAllUpdated: keepFocus,
    ...(books && {
      select: ({ startStr, endStr, allDay }) => begin(startStr, endStr, allDay),
      dateClick: ({ dateStr, allDay }) => begin(dateStr, null, allDay),
    }),
  };
}

// What is drawn anew loses the focus: whoever moves something by keys stays on it, until they go
// elsewhere.
function keepFocus() {
  if (!focusNext || document.activeElement !== document.body) return;
  place.querySelector(`[data-entry="${CSS.escape(focusNext)}"] .grid-link`)?.focus();
}

function leaveFocus({ type, target }) {
  const isElsewhere = type === "pointerdown" || target.closest?.("[data-entry]")?.dataset.entry !== focusNext;
  if (isElsewhere) focusNext = undefined;
}

function plainRoles() {
  for (const part of place.querySelectorAll("[role=table], [role=rowgroup], [role=row], [role=cell], [role=columnheader]")) {
    part.removeAttribute("role");
    part.removeAttribute("aria-colindex");
    part.removeAttribute("aria-colspan");
  }
  // What scrolls is reached by the keyboard, also where nothing in it is.
  for (const part of place.querySelectorAll(".ec-main:not([tabindex])")) part.tabIndex = 0;
}

// A phone keeps the drawn week and month, which fit it; a day has a grid everywhere.
function mount() {
  const fits = Boolean(window.EventCalendar) && (words.kind === "day" || matchMedia(WIDE).matches);
  place.hidden = !fits;
  document.querySelector(".calendar-hint")?.toggleAttribute("hidden", !fits);
  if (fits && !grid) {
    grid = window.EventCalendar.create(place, options());
    place.addEventListener("pointerdown", () => (wasDragged = false), { capture: true });
    // The library's parts call themselves a table's, which they don't make up.
    new MutationObserver(plainRoles).observe(place, { childList: true, subtree: true });
    plainRoles();
  }
  dressDrawn();
}

function tellOtherZone() {
  const line = document.querySelector("[data-other-zone]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const shows = (timeZone) => new Date().toLocaleString("en", { timeZone, timeZoneName: "longOffset" });
  if (!line || shows(own) === shows(line.dataset.otherZone)) return;
  line.querySelector("bdi").textContent = own.replace("_", " ");
  line.hidden = false;
}

followKey();
dressDrawn();
if (place) {
  mount();
  tellOtherZone();
  matchMedia(WIDE).addEventListener("change", mount);
  for (const kind of ["focusin", "pointerdown"]) document.addEventListener(kind, leaveFocus);
  document.addEventListener("oxpi-changed", ({ detail }) => {
    if (["all", "appointments", "calendars"].some((topic) => detail.includes(topic))) grid?.refetchEvents();
  });
}
new MutationObserver(dressDrawn).observe(document.getElementById("main"), { childList: true });
