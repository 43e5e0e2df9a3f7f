// The staff's calendar: arrow keys between free half hours, and sessions dragged to another time. Both are
// optional: the links and buttons of the page do the same.
"use strict";

const table = document.getElementById("calendar");
const BY = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function cells() {
  return [...table.querySelectorAll(".calendar-free > a")];
}

function place(link) {
  const box = link.parentElement.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

// The nearest free half hour in a direction: what is taken in between is stepped over.
function nearest(link, [down, right]) {
  const from = place(link);
  const ahead = cells()
    .map((each) => ({ each, at: place(each) }))
    .filter(({ at }) => (right ? (at.x - from.x) * right > 1 : Math.abs(at.x - from.x) < 1 && (at.y - from.y) * down > 1));
  const far = ({ at }) => Math.abs(at.x - from.x) * (right ? 1000 : 1) + Math.abs(at.y - from.y);
  return ahead.sort((one, other) => far(one) - far(other))[0]?.each;
}

function reachable(link) {
  for (const each of cells()) each.tabIndex = each === link ? 0 : -1;
}

if (table) {
  const first = table.querySelector(".calendar-open > a") ?? cells()[0];
  if (first) reachable(first);

  table.addEventListener("keydown", (event) => {
    const link = event.target.closest(".calendar-free > a");
    const next = link && BY[event.key] && nearest(link, BY[event.key]);
    if (!next) return;
    event.preventDefault();
    reachable(next);
    next.focus();
  });

  let moved = null;
  for (const item of table.querySelectorAll("[data-move]")) {
    item.draggable = true;
    // Else a drag that begins on a link would carry the link.
    for (const link of item.querySelectorAll("a")) link.draggable = false;
    item.addEventListener("dragstart", () => { moved = item.dataset.move; });
    item.addEventListener("dragend", () => { moved = null; });
  }
  table.addEventListener("dragover", (event) => {
    if (moved && event.target.closest("[data-at]")) event.preventDefault();
  });
  table.addEventListener("drop", (event) => {
    const cell = event.target.closest("[data-at]");
    if (!moved || !cell) return;
    event.preventDefault();
    // Nothing is moved yet: the page asks, and says what is open.
    location.assign(`${moved}?${new URLSearchParams({ after: cell.dataset.at })}`);
  });
}
