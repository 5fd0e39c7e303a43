// A passkey is made, or signs one in; without script, or where the browser has none, the button stays hidden.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function ask(form) {
  const answer = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const one of options.excludeCredentials ?? []) one.id = bytes(one.id);
  return { publicKey: options };
}

function written({ id, type, rawId, response }) {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = text(response[name]);
  }
  return JSON.stringify({ id, type, rawId: text(rawId), response: said, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.closest("[hidden]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const { challenge, options } = await ask(form);
      const way = readable(options);
      const made = await (options.user ? navigator.credentials.create(way) : navigator.credentials.get(way));
      form.elements.challenge.value = challenge;
      form.elements.answer.value = written(made);
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      form.querySelector("[data-failed]").hidden = false;
    }
  }, { capture: true });
}
