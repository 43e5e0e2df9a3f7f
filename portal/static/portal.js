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
  content.setAttribute("data-shown", "");
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

// The next try by hand takes the last failure away; a background request does not.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.detail.requestConfig.triggeringEvent?.isTrusted) return;
  document.querySelectorAll("#flashes [data-shown]").forEach((message) => message.remove());
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) setSent(form, false);
});

document.addEventListener("htmx:afterSwap", (event) => focusErrorSummary(event.target));

function errorFragment(xhr) {
  return new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-error-fragment]");
}

// A 422 is either a form with its errors, which is swapped in, or a refusal, which must not replace the form.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 422) return;
  const fragment = errorFragment(event.detail.xhr);
  if (!fragment) return;
  event.detail.shouldSwap = false;
  showError(fragment);
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  showError(errorFragment(xhr) || plainError(`That did not work (error ${xhr.status}). What you typed is still here.`));
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
