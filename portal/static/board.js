// Brings the board of the queue up to date while its tab is in view, without touching what somebody works on:
// a row that has not changed stays the same element, and the one that has the focus is never moved.
"use strict";

const LOOK_EVERY_MS = 20000;

let version = "";
let looking = false;

function rowKept(old, fresh) {
  if (!old) return fresh;
  if (old.dataset.version === fresh.dataset.version || old.querySelector("details[open], [data-sent]")) return old;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const isChosen = old.querySelector(".pick")?.checked ?? false;
  old.className = fresh.className;
  old.dataset.version = fresh.dataset.version;
  old.replaceChildren(...fresh.childNodes);
  const pick = old.querySelector(".pick");
  if (pick) pick.checked = isChosen;
  if (focused) (document.getElementById(focused) ?? old.querySelector(".board-main a")).focus({ preventScroll: true });
  return old;
}

// Rows before and after the focused one are put around it: moving it would take the focus away.
function arrange(list, rows) {
  const held = rows.find((row) => row.contains(document.activeElement));
  const at = held ? rows.indexOf(held) : rows.length;
  rows.slice(0, at).forEach((row, place) => {
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  for (const row of rows.slice(at + 1)) list.append(row);
  for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
}

// What is in hand, or chosen, stays where it is though it left the view; it goes once it is let go of.
function withThoseInHand(list, rows) {
  const inHand = [...list.children].filter(
    (row) => !rows.includes(row) && (row.contains(document.activeElement) || row.querySelector(".pick")?.checked),
  );
  for (const row of inHand) {
    rows.splice(Math.min([...list.children].indexOf(row), rows.length), 0, row);
    if (!row.classList.contains("is-gone")) {
      const said = document.createElement("p");
      said.textContent = "No longer in this view.";
      row.classList.add("is-gone");
      row.querySelector(".board-main").append(said);
    }
    row.dataset.version = version = "";
  }
  return rows;
}

function refresh(board, fresh) {
  const [list, freshList] = [board, fresh].map((each) => each.querySelector("#board-rows"));
  updateCounts(board, fresh);
  if (!list || !freshList) {
    if (board.contains(document.activeElement) && list) return 0;
    board.replaceChildren(...fresh.childNodes);
    return freshList ? freshList.children.length : 0;
  }
  const known = new Map([...list.children].map((row) => [row.id, row]));
  const arrived = [...freshList.children].filter((row) => !known.has(row.id)).length;
  const rows = [...freshList.children].map((row) => rowKept(known.get(row.id), row));
  arrange(list, withThoseInHand(list, rows));
  return arrived;
}

function updateCounts(board, fresh) {
  for (const link of fresh.querySelectorAll(".tabs a")) {
    const same = [...board.querySelectorAll(".tabs a")].find((each) => each.getAttribute("href") === link.getAttribute("href"));
    const [count, freshCount] = [same?.querySelector(".count"), link.querySelector(".count")];
    if (count && freshCount && count.textContent !== freshCount.textContent) count.textContent = freshCount.textContent;
  }
}

function tell(arrived) {
  const news = document.getElementById("board-news");
  if (news && arrived) news.textContent = arrived === 1 ? "1 new ticket" : `${arrived} new tickets`;
}

async function look() {
  const board = document.getElementById("board");
  if (!board || looking || document.visibilityState !== "visible") return;
  looking = true;
  try {
    const headers = { "HX-Request": "true", ...(version && { "If-None-Match": version }) };
    const answer = await fetch(board.dataset.board, { headers, cache: "no-store", credentials: "same-origin" });
    if (answer.status === 401) clearInterval(timer);
    if (answer.status !== 200) return;
    version = answer.headers.get("ETag") ?? "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("board");
    if (fresh) tell(refresh(board, fresh));
  } catch {
    // The network is away for a moment: the next look tries again.
  } finally {
    looking = false;
  }
}

const timer = setInterval(look, LOOK_EVERY_MS);
document.addEventListener("visibilitychange", look);
document.addEventListener("board:look", look);
