// The countdown of a time that is kept, and giving it back on leaving. Without this file its end is told in words.
"use strict";

const SECOND = 1000, LAST_MINUTE = 60;
const OVER = "This time is no longer kept for you. What you typed stays: send the form, and the next open times are offered.";

function leftInWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")} left`;
}

// By the time that passes here, so that a clock that is wrong does no harm.
function countDown(hold) {
  const left = hold.querySelector("[data-left]"), said = hold.querySelector("[data-said]");
  const end = performance.now() + Number(hold.dataset.seconds) * SECOND;
  left.hidden = false;
  const step = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / SECOND));
    left.textContent = seconds ? leftInWords(seconds) : OVER;
    if (seconds === LAST_MINUTE) said.textContent = "One minute left.";
    if (seconds) return;
    said.textContent = OVER;
    hold.classList.replace("panel-info", "panel-warn");
    delete hold.dataset.release;
    clearInterval(ticking);
  };
  const ticking = setInterval(step, SECOND);
  step();
}

function giveBackOnLeaving(hold) {
  let sending = false;
  document.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pagehide", () => {
    const token = document.querySelector("input[name=csrf_token]");
    if (sending || !hold.dataset.release || !token) return;
    navigator.sendBeacon(hold.dataset.release, new URLSearchParams({ csrf_token: token.value, left: "1" }));
  });
}

// A page that comes back as it was left shows a time that was given back meanwhile.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-hold]")) location.reload();
});

for (const hold of document.querySelectorAll("[data-hold]")) {
  countDown(hold);
  giveBackOnLeaving(hold);
}
