// Passkeys. A part marked data-passkey shows where the browser can do it: its button asks the server
// what to sign, the browser for the answer, and sends that with the form around it.
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const ids = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function create(asked) {
  const user = { ...asked.user, id: toBytes(asked.user.id) };
  const publicKey = { ...asked, user, challenge: toBytes(asked.challenge), excludeCredentials: ids(asked.excludeCredentials) };
  const made = await navigator.credentials.create({ publicKey });
  return written(made, {
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(asked) {
  const publicKey = { ...asked, challenge: toBytes(asked.challenge), allowCredentials: ids(asked.allowCredentials) };
  const used = await navigator.credentials.get({ publicKey });
  const { authenticatorData, signature, userHandle } = used.response;
  return written(used, {
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  });
}

function written(credential, parts) {
  const response = { ...parts, clientDataJSON: toText(credential.response.clientDataJSON) };
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

async function use(part, form) {
  const answer = await fetch(part.dataset.options, { method: "POST" });
  // The proof of a moment ago is too old by now: the page asks for it again.
  if (answer.status === 403 || answer.redirected) return location.reload();
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const { publicKey } = await answer.json();
  part.querySelector("input").value = await (part.dataset.passkey === "create" ? create : get)(publicKey);
  form.noValidate = true;
  form.requestSubmit();
}

export function usePasskeys(root) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const instead of root.querySelectorAll("[data-no-passkey]")) instead.hidden = true;
  for (const part of root.querySelectorAll("[data-passkey]")) {
    const form = part.closest("form");
    const button = part.querySelector("button");
    const say = (name) => part.querySelectorAll("[data-say]").forEach((each) => (each.hidden = each.dataset.say !== name));
    part.hidden = false;
    button.addEventListener("click", async () => {
      say("");
      if (part.dataset.passkey === "create" && !form.reportValidity()) return;
      button.setAttribute("aria-busy", "true");
      try {
        await use(part, form);
      } catch (error) {
        say(error.name === "InvalidStateError" ? "there" : "failed");
        button.removeAttribute("aria-busy");
      }
    });
  }
}
