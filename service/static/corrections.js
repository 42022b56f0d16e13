// Sends what the reader has set right, and takes it back.
import { sendJson } from "./request.js";
import { documentOf, review, reviewOf, tagOf } from "./sentences.js";
import { toast } from "./toast.js";

// A correction that was sent and not answered keeps its id, so that sending it again stores it once.
const unanswered = new Map();

/** Stores the labels of a sentence; rejects with RequestError. */
export async function correct(sentence, labels, note) {
  const correction = bodyOf(sentence, labels, note);
  const same = JSON.stringify(correction);
  if (!unanswered.has(same)) unanswered.set(same, newId());
  const id = unanswered.get(same);
  await sendJson("POST", "/corrections", { id, ...correction });
  unanswered.delete(same);
  const before = reviewOf(sentence);
  review(sentence, { id, labels, note });
  toast("saved", { action: "undo", act: () => undo(sentence) });
  // Without keys the store cannot know that both are of one reader, and would show a conflict.
  if (before) await remove(before.id);
}

/** Takes the correction of a sentence back; rejects with RequestError. */
export async function undo(sentence) {
  const given = reviewOf(sentence);
  if (!given) return;
  await remove(given.id);
  review(sentence, null);
  toast("undone");
}

const remove = (id) => sendJson("DELETE", `/corrections/${id}`);

function bodyOf(sentence, labels, note) {
  const { text, start, end, themes, type } = tagOf(sentence);
  return {
    text,
    start,
    end,
    document: documentOf(sentence).document,
    model: document.getElementById("result").dataset.model,
    tags: { themes, type },
    ...(labels.sentence ? { labels: { themes: labels.themes, type: labels.type } } : { labels: null, sentence: false }),
    note,
  };
}

/** Returns a random UUID; crypto.randomUUID is not there on plain HTTP beyond this machine. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
