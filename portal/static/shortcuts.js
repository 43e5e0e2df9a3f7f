// Single keys on the pages of tickets. Left out of the page for whoever has turned them off (WCAG 2.1.4).
"use strict";

const TYPED_IN = "input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable], dialog";

function rowsOfBoard() {
  return [...document.querySelectorAll("#board-rows > .board-row")];
}

function rowInHand() {
  return document.activeElement.closest(".board-row");
}

function step(by) {
  const rows = rowsOfBoard();
  const at = rows.indexOf(rowInHand());
  const next = at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[at + by];
  next?.querySelector(".board-main a")?.focus();
}

function claim() {
  const button = (rowInHand() ?? document.querySelector("#ticket"))?.querySelector("[data-key=claim]");
  button?.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => rowInHand()?.querySelector(".board-main a").click(),
  x: () => rowInHand()?.querySelector(".pick").click(),
  c: claim,
  r: () => document.querySelector("#reply textarea")?.focus(),
  "/": () => document.getElementById("search")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.(TYPED_IN) || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});
