// Parts marked data-live="topic …" come again when one of their topics changed. One tab of a browser
// holds the stream and tells the others; a stream carries names of topics and nothing else.
const AGAIN_MILLIS = 5_000;
const AGAIN_MILLIS_MAX = 300_000;
const SETTLE_MILLIS = 250;

export function refreshLive(root) {
  const address = root.body.dataset.live;
  if (!address || !window.EventSource) return;
  const channel = window.BroadcastChannel ? new BroadcastChannel("oxpi-live") : null;
  const waiting = new Set();
  let timer;
  const changed = (topics) => {
    for (const topic of topics) waiting.add(topic);
    root.dispatchEvent(new CustomEvent("oxpi-changed", { detail: topics }));
    clearTimeout(timer);
    timer = setTimeout(refresh, SETTLE_MILLIS);
  };

  const parts = () =>
    [...root.querySelectorAll("[data-live][id]")].filter((part) => {
      const topics = part.dataset.live.split(" ");
      return waiting.has("all") || topics.some((topic) => waiting.has(topic));
    });

  async function refresh() {
    const stale = parts();
    waiting.clear();
    if (!stale.length) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      let any = false;
      for (const part of stale) any = swap(part, fresh.getElementById(part.id)) || any;
      if (any) root.querySelector("[data-live-said]").textContent = root.querySelector("[data-live-said]").dataset.liveSaid;
    } catch {
      // Offline: the stream comes back with what was missed.
    }
  }

  // What somebody types in, or has opened, is left alone until they are done.
  function swap(part, next) {
    if (!next || part.isEqualNode(next)) return false;
    // What is on its way is looked at by pending.js; two at once could put the older answer last.
    if (part.matches("[data-pending]") || part.querySelector("[data-pending]")) return false;
    if (part.querySelector("form[data-dirty], .table-choose :checked")) return false;
    if (part.querySelector("form:focus-within input:not([type=hidden]), details[open], :popover-open")) return false;
    const focused = part.contains(root.activeElement) ? root.activeElement : null;
    const way = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.getAttribute("href") && `[href="${CSS.escape(focused.getAttribute("href"))}"]`);
    const { scrollX, scrollY } = window;
    part.replaceWith(root.adoptNode(next));
    if (way) root.getElementById(next.id)?.querySelector(way)?.focus({ preventScroll: true });
    window.scrollTo(scrollX, scrollY);
    return true;
  }

  function hold() {
    const source = new EventSource(address);
    source.addEventListener("changed", (event) => {
      const topics = event.data.split(" ");
      channel?.postMessage(topics);
      changed(topics);
    });
    return new Promise((done) => {
      // Refused, such as after signing out or for too many streams: asked again, ever more seldom.
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) done();
      });
      source.addEventListener("open", () => (pause = AGAIN_MILLIS));
      addEventListener("pagehide", () => {
        left = true;
        source.close();
        done();
      });
    });
  }

  channel?.addEventListener("message", (event) => changed(event.data));
  let pause = AGAIN_MILLIS;
  let left = false;
  let holds = false;
  const run = async () => {
    holds = true;
    while (!left) {
      await hold();
      if (!left) await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(pause * 2, AGAIN_MILLIS_MAX);
    }
    holds = false;
  };
  // Another tab tells only from when this one listens; what came before that is asked for once.
  async function catchUp() {
    if (holds) return;
    try {
      const told = /^data: (.+)$/m.exec(await (await fetch(address)).text());
      if (told) changed(told[1].split(" "));
    } catch {
      // Offline: the next word from the other tab brings it.
    }
  }

  function begin() {
    if (!navigator.locks) return run();
    navigator.locks.request("oxpi-live", run);
    setTimeout(catchUp, SETTLE_MILLIS);
  }

  // Back on a page that the browser kept: it has missed what happened meanwhile.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    left = false;
    changed(["all"]);
    begin();
  });
  begin();
}
