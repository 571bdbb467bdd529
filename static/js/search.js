// Suggestions under a search box, as an improvement of its plain GET form.
// Nothing is asked and nothing is sent while an input method is composing.
(() => {
  "use strict";
  const WAIT = 250;
  const SHORTEST = 2;

  const arm = (form) => {
    const box = form.querySelector("input[type=search]");
    const place = document.getElementById(form.dataset.suggest);
    const status = form.querySelector("[data-suggest-status]");
    if (!box || !place || !status) return;
    const original = place.innerHTML;
    let composing = false;
    let timer = 0;
    let asked = box.value.trim();
    let request = null;

    const clear = () => {
      place.innerHTML = original;
      status.textContent = "";
    };

    const ask = async () => {
      const text = box.value.trim();
      if (composing || text === asked) return;
      asked = text;
      if (request) request.abort();
      if (text.length < SHORTEST) {
        clear();
        return;
      }
      request = new AbortController();
      const query = new URLSearchParams(new FormData(form));
      try {
        const answer = await fetch(`${form.action}?${query}`, {
          headers: { "HX-Request": "true", "HX-Target": place.id },
          signal: request.signal,
        });
        if (!answer.ok) return;
        place.innerHTML = await answer.text();
        const said = place.querySelector("[data-announce]");
        status.textContent = said ? said.dataset.announce : "";
      } catch {
        // Aborted or offline: the form itself still works.
      }
    };

    const later = () => {
      clearTimeout(timer);
      if (!composing) timer = setTimeout(ask, WAIT);
    };

    box.addEventListener("compositionstart", () => {
      composing = true;
      clearTimeout(timer);
    });
    box.addEventListener("compositionend", () => {
      composing = false;
      later();
    });
    box.addEventListener("input", later);
    box.addEventListener("keydown", (event) => {
      // Enter that confirms a candidate (229: Safari tells it after the composition) must not send.
      if (event.key === "Enter" && (event.isComposing || composing || event.keyCode === 229)) {
        event.preventDefault();
      }
      if (event.key === "Escape" && !composing) clear();
      if (event.key === "ArrowDown" && !composing) {
        const first = place.querySelector("a[href]");
        if (first) {
          event.preventDefault();
          first.focus();
        }
      }
    });
    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        clear();
        box.focus();
      }
    });
    form.addEventListener("submit", (event) => {
      if (composing) event.preventDefault();
      clearTimeout(timer);
    });
  };

  document.querySelectorAll("form[data-suggest]").forEach(arm);
})();
