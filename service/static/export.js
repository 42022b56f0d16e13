// The sentences that are shown, as CSV and JSON: to the clipboard or to a file.
import { documentOf, labelsOf, reviewOf, SCORED, sentences, tagOf } from "./sentences.js";
import { toast } from "./toast.js";

const BYTE_ORDER_MARK = "\ufeff";
const COLUMNS = ["document", "text", "start", "end", "themes", "type", ...SCORED, "reviewed"];

export function bindExport() {
  document.getElementById("export").addEventListener("click", (event) => {
    const action = event.target.closest("button")?.dataset.action;
    if (!action) return;
    const [what, form] = action.split("_");
    const shown = sentences().filter((sentence) => !sentence.hidden);
    const text = form === "csv" ? toCsv(shown) : toJson(shown);
    if (what === "copy") copy(text, shown.length);
    // Spreadsheets take a CSV file for UTF-8 only by its mark.
    else download(form === "csv" ? BYTE_ORDER_MARK + text : text, form);
  });
}

/** What a reader has said of a sentence: nothing, `yes`, or `not a sentence`. */
function reviewedOf(sentence) {
  if (!reviewOf(sentence)) return "";
  return labelsOf(sentence).sentence ? "yes" : "not a sentence";
}

function toJson(shown) {
  const rows = shown.map((sentence) => {
    const { themes, type, sentence: isSentence } = labelsOf(sentence);
    const { name, document: sha256 } = documentOf(sentence);
    const given = reviewOf(sentence) && { labels: isSentence ? { themes, type } : null, note: reviewOf(sentence).note };
    return { ...tagOf(sentence), document: name ?? null, sha256, review: given ?? null };
  });
  return `${JSON.stringify({ model: document.getElementById("result").dataset.model, sentences: rows }, null, 1)}\n`;
}

/** Rows have the labels that are shown: the model's tags where nobody has reviewed them. */
function toCsv(shown) {
  const rows = shown.map((sentence) => {
    const { text, start, end, scores } = tagOf(sentence);
    const { themes, type } = labelsOf(sentence);
    const name = documentOf(sentence).name ?? "";
    const values = SCORED.map((label) => scores[label]);
    return [name, text, start, end, themes.join(" "), type, ...values, reviewedOf(sentence)];
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Returns a cell; one that begins like a formula gets an apostrophe, so that spreadsheets take it for text. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download(text, form) {
  const type = form === "csv" ? "text/csv;charset=utf-8" : "application/json";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = `barchasb.${form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function copy(text, total) {
  const done = navigator.clipboard ? await navigator.clipboard.writeText(text).then(() => true, () => false) : copyPlainly(text);
  if (done) toast("copied", { values: { total } });
  else toast("copy_failed");
}

/** Copies where the browser has no clipboard for scripts, as on plain HTTP beyond this machine. */
function copyPlainly(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
