// What HTML cannot do by itself. Every page works without this file.
"use strict";

const RELEASE_AFTER_MS = 8000;

function focusErrorSummary(root) {
  const summary = root.querySelector(".error-summary");
  if (summary && summary !== document.activeElement) summary.focus();
}

// A live region is read out only when it changes, so what the page came with is put in once more.
function announceFlashes() {
  const region = document.getElementById("flashes");
  if (!region || !region.children.length) return;
  const messages = [...region.children];
  region.replaceChildren();
  setTimeout(() => region.prepend(...messages), 100);
}

function showError(content) {
  const region = document.getElementById("flashes");
  if (!region) return;
  region.replaceChildren(content);
  region.scrollIntoView({ block: "nearest" });
}

function plainError(text) {
  const message = document.createElement("p");
  message.className = "flash flash-error";
  message.textContent = text;
  return message;
}

function setSent(form, sent) {
  form.toggleAttribute("data-sent", sent);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (sent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// Capturing, so that a second click is stopped before htmx sees it. A download leaves the page in place,
// and a stopped request says nothing: hence the release after a while.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (form.hasAttribute("data-sent")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  setSent(form, true);
  setTimeout(() => setSent(form, false), RELEASE_AFTER_MS);
}, true);

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => setSent(form, false));
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]");
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) setSent(form, false);
});

document.addEventListener("htmx:afterSwap", (event) => focusErrorSummary(event.target));

document.addEventListener("htmx:responseError", (event) => {
  const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const fragment = answer.querySelector("[data-error-fragment]");
  showError(fragment || plainError(`That did not work (error ${event.detail.xhr.status}). Nothing you typed is lost.`));
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    showError(plainError("The portal could not be reached. Check your connection and try again."));
  });
}

document.addEventListener("DOMContentLoaded", () => {
  // A frame later: the browser's own autofocus has had its turn by then.
  requestAnimationFrame(() => focusErrorSummary(document));
  announceFlashes();
});
