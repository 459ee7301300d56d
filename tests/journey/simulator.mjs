// What the providers' stand-in holds, and what somebody does "at the provider". See ../simulators/README.md.
export class Provider {
  #base;

  constructor(base) {
    this.#base = `${base}/_control/`;
  }

  async #send(method, path, body) {
    const headers = body ? { "content-type": "application/json" } : {};
    const reply = await fetch(this.#base + path, { method, headers, body: body && JSON.stringify(body) });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`${method} ${path}: ${answer.error}`);
    return answer;
  }

  state() {
    return this.#send("GET", "state");
  }

  // The events of a calendar that stand there with this title.
  async events(calendar, title) {
    const { calendars } = await this.state();
    return calendars[calendar].events.filter((event) => event.summary === title && event.status !== "cancelled");
  }

  async event(calendar, id) {
    const { calendars } = await this.state();
    return calendars[calendar].events.find((event) => event.id === id && event.status !== "cancelled");
  }

  change(calendar, id, fields) {
    const path = ["calendars", calendar, "events", id].map(encodeURIComponent).join("/");
    return this.#send("PATCH", path, fields);
  }

  // Presses a button of the trouble page.
  async cause(trouble) {
    const form = new URLSearchParams({ trouble });
    const reply = await fetch(new URL("/trouble", this.#base), { method: "POST", body: form, redirect: "manual" });
    if (reply.status !== 302) throw new Error(`trouble ${trouble}: ${reply.status}`);
  }

  set(settings) {
    return this.#send("POST", "settings", settings);
  }
}
