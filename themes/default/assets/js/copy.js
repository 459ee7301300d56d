// A button beside a read-only field copies it and says so; without this the field can be selected.
export function copyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    const field = root.getElementById(button.dataset.copy);
    if (!field || !navigator.clipboard) continue;
    button.hidden = false;
    const label = button.querySelector("[data-label]");
    const before = label.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      label.textContent = button.dataset.copied;
      setTimeout(() => (label.textContent = before), 2000);
    });
  }
}
