// A form is sent once; a small form marked data-auto is sent as soon as a choice in it changes.
export function keepForms(root) {
  for (const form of root.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent && form.method !== "get") return event.preventDefault();
      form.dataset.sent = "1";
      for (const button of form.querySelectorAll("button:not([name])")) button.setAttribute("aria-busy", "true");
    });
    if ("auto" in form.dataset) form.addEventListener("change", () => form.requestSubmit());
  }
  // A page that comes back from the browser's memory may send again.
  addEventListener("pageshow", () => root.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
  const wrong = root.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
}
