// Files dropped on a form or pasted into its text go into its file field, as if they had been chosen there.
"use strict";

function takerFor(target) {
  const form = target instanceof Element ? target.closest("form") : null;
  const near = form?.querySelector("[data-takes-files]");
  if (near) return near;
  const all = document.querySelectorAll("[data-takes-files]");
  return all.length === 1 ? all[0] : null;
}

function say(taker, text) {
  taker.querySelector("[data-files-said]").textContent = text;
}

function setFiles(field, files) {
  const carried = new DataTransfer();
  files.forEach((file) => carried.items.add(file));
  field.files = carried.files;
}

function addFiles(taker, files) {
  const field = taker.querySelector("input[type=file]");
  setFiles(field, [...field.files, ...files]);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// What is too large or too many is left out before anything is sent.
function leaveOut(taker, field) {
  const mostBytes = Number(taker.dataset.mostBytes);
  const room = Number(taker.dataset.mostCount) - taker.querySelectorAll("input[type=checkbox]:checked").length;
  const fitting = [...field.files].filter((file) => file.size <= mostBytes);
  const problems = [...field.files]
    .filter((file) => file.size > mostBytes)
    .map((file) => `${file.name}: larger than ${taker.dataset.mostSaid}, the most a file may have.`);
  if (fitting.length > room) problems.push(`A message carries at most ${taker.dataset.mostCount} files.`);
  say(taker, problems.join(" "));
  if (problems.length) setFiles(field, fitting.slice(0, Math.max(room, 0)));
  return field.files.length;
}

function pasted(file) {
  const at = new Date().toTimeString().slice(0, 8).replaceAll(":", ".");
  const ending = file.name.includes(".") ? file.name.slice(file.name.lastIndexOf(".")) : ".png";
  return file.name.startsWith("image.") ? new File([file], `Pasted ${at}${ending}`, { type: file.type }) : file;
}

function carriesFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event) || !document.querySelector("[data-takes-files]")) return;
  // Also beside a form: else the browser would leave the page for the file, and what was typed with it.
  event.preventDefault();
  const taker = takerFor(event.target);
  event.dataTransfer.dropEffect = taker ? "copy" : "none";
  taker?.classList.add("is-over");
});

document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null || !takerFor(event.relatedTarget)) {
    document.querySelectorAll(".files.is-over").forEach((taker) => taker.classList.remove("is-over"));
  }
});

document.addEventListener("drop", (event) => {
  if (!carriesFiles(event) || !document.querySelector("[data-takes-files]")) return;
  event.preventDefault();
  const taker = takerFor(event.target);
  taker?.classList.remove("is-over");
  if (taker) addFiles(taker, [...event.dataTransfer.files]);
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  // A text with a picture of itself, as word processors copy it, is pasted as text.
  if (!files.length || event.clipboardData.types.includes("text/plain")) return;
  const taker = takerFor(event.target);
  if (!taker) return;
  event.preventDefault();
  addFiles(taker, files.map(pasted));
});

// Capturing, so that nothing is sent of a choice that nothing is left of.
document.addEventListener("change", (event) => {
  const taker = event.target.closest("[data-takes-files]");
  if (!taker || event.target.type !== "file" || !event.target.files.length) return;
  if (leaveOut(taker, event.target) === 0) event.stopPropagation();
}, true);

function tellWays(root) {
  root.querySelectorAll("[data-files-ways]").forEach((hint) => hint.removeAttribute("hidden"));
}

document.addEventListener("DOMContentLoaded", () => tellWays(document));
document.addEventListener("htmx:load", (event) => tellWays(event.target));
