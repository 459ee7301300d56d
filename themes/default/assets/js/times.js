// When the start of an appointment moves, its end moves along.
export function followStart(root) {
  const start = root.querySelector("input[data-start]");
  const end = root.querySelector("input[data-end]");
  if (!start || !end) return;
  const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const text = (all) => [Math.floor(all / 60) % 24, all % 60].map((part) => String(part).padStart(2, "0")).join(":");
  let last = start.value;
  start.addEventListener("change", () => {
    if (start.value && end.value && last) end.value = text(minutes(end.value) + minutes(start.value) - minutes(last) + 1440);
    last = start.value;
  });
}
