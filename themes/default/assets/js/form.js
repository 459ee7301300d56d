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

// Files that are too many or too large are told before they are sent: a phone sends long, and in vain.
export function weighFiles(root) {
  for (const field of root.querySelectorAll("input[type=file][data-bytes-max]")) {
    const { filesMax, bytesMax, togetherMax, many, large, together } = field.dataset;
    const wrong = (files) => {
      if (files.length > Number(filesMax)) return many;
      const heavy = files.find((file) => file.size > Number(bytesMax));
      if (heavy) return `${heavy.name}: ${large}`;
      return files.reduce((sum, file) => sum + file.size, 0) > Number(togetherMax) ? together : "";
    };
    field.addEventListener("change", () => {
      field.setCustomValidity(wrong([...field.files]));
      field.reportValidity();
    });
  }
}
