// Sends what the reader has set right, and takes it back.
import { RequestError, sendJson } from "./request.js";
import { documentOf, review, reviewAll, reviewOf, tagOf } from "./sentences.js";
import { toast } from "./toast.js";

const AT_ONCE = 1000;
const STANDING = ["open", "accepted"];
/** Whose the corrections are where no keys are asked for. */
const NOBODY = "local";

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
  const beneath = before?.own ? before.beneath : before;
  review(sentence, { id, labels, note, decided: false, own: true, beneath });
  toast("saved", { action: "undo", act: () => undo(sentence) });
  // Both are surely of one reader, which the store cannot know without keys: it would show a conflict.
  if (before?.own) await remove(before.id);
}

/** Takes the correction of a sentence back; rejects with RequestError. */
export async function undo(sentence) {
  const given = reviewOf(sentence);
  if (!given) return;
  await remove(given.id);
  review(sentence, given.beneath ?? null);
  toast("undone");
}

/** Shows what was said of these texts before: by the reader's key or, without keys, by anybody. */
export async function recall() {
  try {
    for (const article of document.querySelectorAll("#result article")) await recallIn(article);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast(error.phrase);
  }
}

async function recallIn(article) {
  const stored = await storedOf(article.dataset.document);
  // Another text may have taken the place of this one meanwhile.
  if (!article.isConnected) return;
  const given = new Map();
  for (const sentence of article.querySelectorAll(".sentence")) {
    const last = stored.get(placeOf(sentence.dataset));
    // What was said while the answer was on its way is newer.
    if (last && !reviewOf(sentence)) given.set(sentence, givenBy(last, tagOf(sentence)));
  }
  reviewAll(given);
}

/** Returns the last standing correction of each place of a document. */
async function storedOf(digest) {
  const found = new Map();
  for (let after = 0; after !== null; ) {
    const { corrections, next } = await sendJson("GET", `/corrections?document=${digest}&limit=${AT_ONCE}&after=${after}`);
    for (const correction of corrections) if (STANDING.includes(correction.state)) found.set(placeOf(correction), correction);
    after = next;
  }
  return found;
}

const placeOf = ({ start, end }) => `${start}-${end}`;

/** Returns a stored correction as a review; what is no sentence keeps the tags that the model gave it. */
function givenBy({ id, note, key, review: decision, ...said }, { themes, type }) {
  const { labels, sentence } = decision ?? said;
  const decided = decision !== null;
  return { id, note, labels: { ...(labels ?? { themes, type }), sentence }, decided, own: !decided && key !== NOBODY };
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
