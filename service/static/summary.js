// The counts beside the text follow what the reader sets right.
import { labelsOf, sentences, THEMES } from "./sentences.js";
import { writeNumber } from "./words.js";

const NONE = "–";
let listening = false;

export function bindSummary() {
  if (listening) return;
  listening = true;
  document.addEventListener("sentences-reviewed", (event) => {
    recount();
    event.detail.forEach(relist);
  });
}

function countAll() {
  const counts = Object.fromEntries([...THEMES, "none", "total"].map((name) => [name, { statistic: 0, rhetoric: 0 }]));
  for (const labels of sentences().map(labelsOf)) {
    if (!labels.sentence) continue;
    for (const name of [...(labels.themes.length ? labels.themes : ["none"]), "total"]) counts[name][labels.type] += 1;
  }
  return counts;
}

function recount() {
  const counts = countAll();
  const sum = ({ statistic, rhetoric }) => statistic + rhetoric;
  const most = Math.max(1, ...Object.keys(counts).filter((name) => name !== "total").map((name) => sum(counts[name])));
  for (const row of document.querySelectorAll("#summary tr[data-name]")) {
    const count = counts[row.dataset.name];
    const whole = row.dataset.name === "total" ? Math.max(1, sum(count)) : most;
    const [statistic, rhetoric] = row.querySelectorAll("rect");
    const width = (100 * count.statistic) / whole;
    statistic.setAttribute("width", width);
    rhetoric.setAttribute("x", width);
    rhetoric.setAttribute("width", (100 * count.rhetoric) / whole);
    writeNumber(row.querySelector(".count [data-number]"), sum(count));
    writeShare(row.querySelector(".share"), count.statistic, sum(count));
  }
  writeNumber(document.querySelector("#statistics-count [data-number]"), counts.total.statistic);
  document.getElementById("no-statistics").hidden = counts.total.statistic > 0;
}

function writeShare(cell, statistics, total) {
  if (!total) {
    cell.textContent = NONE;
    return;
  }
  const share = document.createElement("span");
  writeNumber(share, statistics / total, ".0%");
  cell.replaceChildren(share);
}

/** Puts a sentence into the list of statistics, or takes it out. */
function relist(sentence) {
  const list = document.getElementById("statistics");
  const labels = labelsOf(sentence);
  const old = list.querySelector(`a[href="#${sentence.id}"]`)?.parentElement;
  if (!labels.sentence || labels.type !== "statistic") {
    old?.remove();
  } else if (!old) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    Object.assign(item, { dir: "auto", lang: "fa" });
    link.href = `#${sentence.id}`;
    link.textContent = sentence.querySelector(".text").textContent;
    item.append(link);
    const isAfter = (other) =>
      sentence.compareDocumentPosition(document.querySelector(other.firstElementChild.hash)) & Node.DOCUMENT_POSITION_FOLLOWING;
    list.insertBefore(item, [...list.children].find(isAfter) ?? null);
  }
}
