// What htmx lacks for a search box in Chinese: it must not ask, nor send, while an input method composes.
(() => {
  "use strict";
  const SHORTEST = 2;

  const arm = (form) => {
    const box = form.querySelector("input[type=search]");
    const place = document.getElementById(form.dataset.suggest);
    const original = place.innerHTML;
    let composing = false;
    let asked = box.value.trim();

    const clear = () => {
      place.innerHTML = original;
      asked = box.value.trim();
    };
    const consider = () => {
      const text = box.value.trim();
      if (composing || text === asked) return;
      asked = text;
      if (text.length < SHORTEST) clear();
      else box.dispatchEvent(new Event("suggest"));
    };

    box.addEventListener("compositionstart", () => {
      composing = true;
    });
    box.addEventListener("compositionend", () => {
      composing = false;
      consider();
    });
    box.addEventListener("input", consider);
    box.addEventListener("keydown", (event) => {
      // Enter that confirms a candidate (229: Safari tells it after the composition) must not send.
      if (event.key === "Enter" && (event.isComposing || composing || event.keyCode === 229)) {
        event.preventDefault();
      }
      if (event.key === "Escape" && !composing) clear();
      const first = place.querySelector("a[href]");
      if (event.key === "ArrowDown" && !composing && first) {
        event.preventDefault();
        first.focus();
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
    });
  };

  document.querySelectorAll("form[data-suggest]").forEach(arm);

  // Typing keeps the focus in the box and has the count read out; a followed link moves the focus.
  document.addEventListener("htmx:afterSwap", (event) => {
    const said = event.detail.target.querySelector("[data-announce]");
    if (!said) return;
    if (event.detail.requestConfig.boosted) {
      said.focus();
      return;
    }
    const status = document.querySelector("[data-suggest-status]");
    if (status) status.textContent = said.dataset.announce;
  });
})();
