// Where something is still on its way (a meeting link, a first sync), looks again every few seconds
// until nothing changed for a minute and swaps the part in place. What people watch, data-pending="soon", comes sooner.
const LATER_MILLIS = 3000;
const SOON_MILLIS = 600;
const WHILE_MILLIS = 60_000;

export function pollPending(root) {
  let until = Date.now() + WHILE_MILLIS;
  const parts = () => root.querySelectorAll("[data-pending]");
  const pause = () => (root.querySelector('[data-pending="soon"]') ? SOON_MILLIS : LATER_MILLIS);
  const look = async () => {
    const stale = parts();
    if (!stale.length || Date.now() > until) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of stale) {
          const next = part.id && fresh.getElementById(part.id);
          if (!next || part.isEqualNode(next) || part.querySelector("form[data-dirty]")) continue;
          part.replaceWith(root.adoptNode(next));
          until = Date.now() + WHILE_MILLIS;
        }
      }
    } catch {
      // Offline: the next look may do better.
    }
    setTimeout(look, pause());
  };
  setTimeout(look, pause());
}
