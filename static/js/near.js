// Offers "near me": the position is rounded to about a kilometre and sent once, only after a press.
(() => {
  "use strict";
  const form = document.querySelector("form[data-near]");
  if (!form || !("geolocation" in navigator)) return;
  const said = form.querySelector("[role=status]");

  form.addEventListener("submit", (event) => {
    if (form.elements.lat.value) return;
    event.preventDefault();
    said.textContent = form.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude.toFixed(2);
        form.elements.lon.value = coords.longitude.toFixed(2);
        form.submit();
      },
      () => {
        said.textContent = form.dataset.failed;
      },
      { maximumAge: 600000, timeout: 10000 },
    );
  });
})();
