// The panel of one sentence: its scores, the words behind them, and its right labels.
import { correct, undo } from "./corrections.js";
import { explanationOf, restore, underline } from "./explain.js";
import { RequestError } from "./request.js";
import { labelsOf, moveTo, reviewOf, SCORED, sentences, tagOf } from "./sentences.js";
import { write, writeNumber } from "./words.js";

let dialog;
let form;
let current = null;
let busy = false;

export function bindInspector() {
  current = null;
  dialog = document.getElementById("inspector");
  form = dialog.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(() => correct(current, chosen(), form.elements.note.value));
  });
  form.addEventListener("change", nameSave);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=button]");
    if (button?.matches(".why")) explain(button.value);
    else if (button) ACTIONS[button.dataset.action]();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current) close();
});

const ACTIONS = {
  close,
  previous: () => step(-1),
  next: () => step(1),
  undo: () => tell(() => undo(current)),
};

document.addEventListener("sentences-reviewed", (event) => {
  if (event.detail.includes(current)) fill();
});

/** Opens the panel of a sentence. */
export function open(sentence) {
  leave();
  current = sentence;
  sentence.classList.add("open");
  sentence.setAttribute("aria-expanded", "true");
  if (!dialog.open) dialog.show();
  dialog.setAttribute("aria-describedby", sentence.id);
  fill();
  const { themes, type, scores } = tagOf(sentence);
  const strongest = SCORED.reduce((best, label) => (scores[label] > scores[best] ? label : best));
  explain(themes[0] ?? (type === "statistic" ? "statistic" : strongest));
  sentence.scrollIntoView({ block: "nearest" });
  form.querySelector("input").focus({ preventScroll: true });
}

function leave() {
  if (!current) return;
  restore(current);
  current.classList.remove("open");
  current.removeAttribute("aria-expanded");
}

function close() {
  leave();
  dialog.close();
  moveTo(current);
  current = null;
}

function step(distance) {
  const all = sentences().filter((sentence) => !sentence.hidden);
  const goal = all[all.indexOf(current) + distance];
  if (!goal) return;
  moveTo(goal);
  open(goal);
  form.querySelector(`[data-action=${distance > 0 ? "next" : "previous"}]`).focus();
}

function fill() {
  const labels = labelsOf(current);
  const { scores } = tagOf(current);
  for (const box of form.querySelectorAll("[name=theme]")) box.checked = labels.themes.includes(box.value);
  form.elements.type.value = labels.type;
  form.elements.not_sentence.checked = !labels.sentence;
  const given = reviewOf(current);
  form.elements.note.value = given?.note ?? "";
  // What a reviewer has decided about can no longer be taken back.
  form.querySelector("[data-action=undo]").hidden = !given || given.decided;
  for (const output of form.querySelectorAll("[data-score]")) {
    const score = scores[output.dataset.score];
    writeNumber(output, score, ".2f");
    output.previousElementSibling.firstElementChild.setAttribute("width", 100 * score);
  }
  write(document.getElementById("inspector-problem"), "");
  nameSave();
}

function chosen() {
  const themes = [...form.querySelectorAll("[name=theme]:checked")].map((box) => box.value);
  return { themes, type: form.elements.type.value, sentence: !form.elements.not_sentence.checked };
}

/** Calls the button by what it does: to confirm the tags, or to correct them. */
function nameSave() {
  const { themes, type } = tagOf(current);
  const same = JSON.stringify(chosen()) === JSON.stringify({ themes, type, sentence: true });
  write(document.getElementById("save"), same ? "confirm" : "save");
  for (const field of form.querySelectorAll("[name=theme], [name=type]")) field.disabled = form.elements.not_sentence.checked;
}

/** Does one thing at a time, and tells the reader where it fails. */
async function tell(action) {
  if (busy) return;
  busy = true;
  try {
    await action();
  } catch (error) {
    showProblem(error);
  } finally {
    busy = false;
  }
}

function showProblem(error) {
  if (!(error instanceof RequestError)) throw error;
  write(document.getElementById("inspector-problem"), error.phrase);
}

async function explain(label) {
  const sentence = current;
  for (const button of form.querySelectorAll(".why")) button.setAttribute("aria-pressed", button.value === label);
  try {
    const explanation = await explanationOf(sentence);
    // The reader may have gone on to another sentence or another label meanwhile.
    if (sentence !== current || !form.querySelector(`.why[value="${label}"][aria-pressed="true"]`)) return;
    underline(sentence, explanation, label);
    list(explanation, label);
  } catch (error) {
    showProblem(error);
  }
}

/** Lists what every word adds to a label, the strongest first, then the base and their sum. */
function list({ words, bias }, label) {
  const parts = words.map(({ word, weights }) => [word, weights[label]]);
  parts.sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
  const sum = parts.reduce((total, [, weight]) => total + weight, bias[label]);
  const rows = [...parts, [null, bias[label], "base"], [null, sum, "sum"]];
  document.querySelector("#contributions tbody").replaceChildren(...rows.map(row));
}

function row([word, weight, key]) {
  const line = document.createElement("tr");
  const name = document.createElement("th");
  const value = document.createElement("td");
  name.scope = "row";
  if (key) write(name, key);
  else Object.assign(name, { textContent: word, lang: "fa", dir: "auto" });
  writeNumber(value, weight, "+.2f");
  line.append(name, value);
  return line;
}
