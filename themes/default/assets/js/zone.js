// Chooses the browser's time zone where the person hasn't chosen one.
export function guessZone(root) {
  const select = root.querySelector("select[data-guess-zone]");
  if (!select) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const option = [...select.options].find((each) => each.value === zone);
  if (option) option.selected = true;
}
