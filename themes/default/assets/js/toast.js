// A toast leaves by itself after a while, but not under the pointer or with the focus in it.
export function leaveToasts(root) {
  for (const toast of root.querySelectorAll(".toast")) {
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) return void setTimeout(leave, 2000);
      toast.classList.add("toast-leaving");
      setTimeout(() => toast.remove(), 350);
    };
    // What can be taken back stays longer.
    setTimeout(leave, toast.querySelector("form") ? 15_000 : 6_000);
  }
}
