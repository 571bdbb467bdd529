// Passkeys: fills a form's hidden answer with what the device signed, and sends the form.
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;

  // What the browser says when the device has one already, and when nothing was confirmed.
  const WORDS = { InvalidStateError: "held", NotAllowedError: "stopped", AbortError: "stopped" };

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const withBytes = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  const ask = async (kind, options) => {
    const publicKey = { ...options, challenge: toBytes(options.challenge) };
    if (kind === "create") {
      publicKey.user = { ...options.user, id: toBytes(options.user.id) };
      publicKey.excludeCredentials = withBytes(options.excludeCredentials);
      return navigator.credentials.create({ publicKey });
    }
    publicKey.allowCredentials = withBytes(options.allowCredentials);
    return navigator.credentials.get({ publicKey });
  };

  const said = (credential) => {
    const answer = credential.response;
    const response = { clientDataJSON: toText(answer.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (answer[name]) response[name] = toText(answer[name]);
    }
    if (answer.getTransports) response.transports = answer.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      clientExtensionResults: {},
      response,
    });
  };

  const arm = (form) => {
    const status = form.querySelector("[role=status]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      status.textContent = "";
      try {
        const asked = await fetch(form.dataset.options, {
          method: "POST",
          body: new URLSearchParams(new FormData(form)),
        });
        if (!(asked.headers.get("content-type") || "").startsWith("application/json")) {
          // The page itself says what is missing, or leads to signing in.
          form.submit();
          return;
        }
        const credential = await ask(form.dataset.passkey, await asked.json());
        form.elements.credential.value = said(credential);
        form.submit();
      } catch (error) {
        status.textContent = form.dataset[WORDS[error.name] || "failed"];
      }
    });
  };

  document.querySelectorAll("form[data-passkey]").forEach(arm);
})();
