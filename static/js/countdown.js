// Counts down to a moment that the page already names in words; the server's time is the measure.
(() => {
  "use strict";
  document.querySelectorAll("[data-until]").forEach((place) => {
    const ahead = Date.parse(place.dataset.now) - Date.now();
    const until = Date.parse(place.dataset.until);
    const show = () => {
      const left = Math.max(0, Math.ceil((until - Date.now() - ahead) / 1000));
      const seconds = String(left % 60).padStart(2, "0");
      place.textContent = `${place.dataset.word} ${Math.floor(left / 60)}:${seconds}`;
      if (left > 0) setTimeout(show, 1000);
      else location.reload();
    };
    show();
  });
})();
