// Where something is still on its way (a meeting link, a first sync), looks again every few seconds
// for a minute and swaps the part in place.
export function pollPending(root) {
  let tries = 0;
  const look = async () => {
    const parts = root.querySelectorAll("[data-pending]");
    if (!parts.length || tries++ > 20) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts) {
          const next = part.id && fresh.getElementById(part.id);
          if (next && !part.querySelector("form[data-dirty]")) part.replaceWith(root.adoptNode(next));
        }
      }
    } catch {
      // Offline: the next look may do better.
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 2000);
}
