// Puts the views of plugins into their places on a page, each when it comes.
export function fillViews(root, dress) {
  for (const place of root.querySelectorAll("[data-view]")) fill(place, dress);
}

async function fill(place, dress) {
  const body = place.querySelector("[data-view-body]");
  body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.view, { headers: { accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    body.replaceChildren(...page.body.childNodes);
    dress(body);
  } catch {
    body.hidden = true;
    place.querySelector("[data-view-failed]").hidden = false;
  }
  body.removeAttribute("aria-busy");
}
