// Says something that was done without a new page, perhaps with a button that takes it further.
export function say(root, text, act) {
  const toast = root.createElement("div");
  toast.className = "toast";
  const words = root.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (act) {
    const button = root.createElement("button");
    button.type = "button";
    button.className = "toast-undo";
    button.textContent = act.label;
    button.addEventListener("click", () => {
      toast.remove();
      act.run();
    });
    toast.append(button);
  }
  root.querySelector(".toasts").replaceChildren(toast);
  leaveToasts(root);
}

// A toast leaves by itself after a while, but not under the pointer or with the focus in it.
export function leaveToasts(root) {
  for (const toast of root.querySelectorAll(".toasts .toast")) {
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) return void setTimeout(leave, 2000);
      toast.classList.add("toast-leaving");
      setTimeout(() => toast.remove(), 350);
    };
    // What can be taken back stays longer.
    setTimeout(leave, toast.querySelector("button") ? 15_000 : 6_000);
  }
}
