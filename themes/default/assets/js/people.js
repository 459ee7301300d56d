// Lists of people: how many are ticked; rows of a form; cards that are dragged from stage to stage.
// Everything here has a way without it: buttons that are always there.
export function countChosen(root) {
  const count = (form) => {
    const bar = form.querySelector("[data-chosen-count]");
    if (!bar) return;
    const chosen = form.querySelectorAll(`[name=${form.dataset.chosen || "person"}]:checked`).length;
    const all = form.querySelector("[name=all]");
    bar.textContent = chosen || all?.checked ? (all?.checked ? all.parentElement.textContent.trim() : `${bar.dataset.none} (${chosen})`) : bar.dataset.none;
    form.classList.toggle("has-chosen", Boolean(chosen));
  };
  for (const form of root.querySelectorAll("[data-chosen]")) count(form);
  // The list comes again when somebody is added: whichever stands there then.
  root.addEventListener("change", (event) => {
    const form = event.target.closest("[data-chosen]");
    if (form) count(form);
  });
}

export function addRows(root) {
  for (const rows of root.querySelectorAll("[data-rows]")) {
    const button = rows.querySelector("[data-row-add]");
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const last = [...rows.querySelectorAll("[data-row]")].at(-1);
      const next = last.cloneNode(true);
      for (const field of next.querySelectorAll("input")) field.value = "";
      last.after(next);
      next.querySelector("input").focus();
    });
  }
}

export function dragCards(root) {
  let held = null;
  const board = () => root.getElementById("board");
  if (!board()) return;
  const stageAt = (target) => target instanceof Element && target.closest("#board [data-stage]");
  const arm = () => board().querySelectorAll("[data-person]").forEach((card) => (card.draggable = true));
  arm();
  // The board comes again when something changes; its cards are armed when a hand is near.
  root.addEventListener("pointerover", (event) => {
    const card = event.target instanceof Element && event.target.closest("#board [data-person]");
    if (card) card.draggable = true;
  });
  root.addEventListener("dragstart", (event) => {
    held = event.target instanceof Element ? event.target.closest("[data-person]") : null;
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.querySelector("a").href);
    held.classList.add("is-held");
  });
  root.addEventListener("dragend", () => {
    held?.classList.remove("is-held");
    mark(null);
    held = null;
  });
  root.addEventListener("dragover", (event) => {
    const stage = held && stageAt(event.target);
    if (!stage) return;
    event.preventDefault();
    mark(stage);
  });
  root.addEventListener("drop", (event) => {
    const stage = held && stageAt(event.target);
    if (!stage) return;
    event.preventDefault();
    const [card, from] = [held, held.closest("[data-stage]")];
    if (from !== stage) move(card, stage);
  });
  const mark = (stage) => root.querySelectorAll(".board-stage").forEach((one) => one.classList.toggle("is-over", one === stage));

  async function move(card, stage) {
    stage.querySelector(".board-cards").prepend(card);
    const body = new URLSearchParams({ stage: stage.dataset.stage, back: board().dataset.board });
    try {
      // Whoever leaves at once has moved it nevertheless.
      const answer = await fetch(`/people/${card.dataset.person}/stage`, { method: "POST", body, keepalive: true });
      if (!answer.ok) throw new Error(answer.statusText);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = fresh.getElementById("board");
      if (!next) throw new Error("no board");
      const { scrollLeft } = board();
      board().replaceWith(root.adoptNode(next));
      board().scrollLeft = scrollLeft;
      arm();
      const said = root.querySelector("[data-moved]");
      said.textContent = said.dataset.moved;
    } catch {
      // What the server has is the truth.
      location.reload();
    }
  }
}
