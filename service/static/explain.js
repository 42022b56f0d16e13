// The words that pushed a label, underlined in the sentence: towards the tag in one tone, away from it in another.
import { sendJson } from "./request.js";
import { textOf } from "./sentences.js";

const known = new WeakMap();
const untouched = new WeakMap();

// Words that add less than this share of the strongest one are left as they are.
const FAINT = 0.1;

/** Returns the explanation of a sentence as POST /classify gives it, asked for once. */
export function explanationOf(sentence) {
  if (!known.has(sentence)) {
    const asked = sendJson("POST", "/classify", { sentences: [textOf(sentence)], explain: true });
    known.set(sentence, asked.then((answer) => answer.sentences[0].explanation));
    asked.catch(() => known.delete(sentence));
  }
  return known.get(sentence);
}

/** Underlines the words of a sentence by what they add to a label. */
export function underline(sentence, explanation, label) {
  restore(sentence);
  const text = sentence.querySelector(".text");
  untouched.set(sentence, [...text.childNodes]);
  const numbers = [];
  let end = 0;
  for (const node of text.childNodes) {
    const start = end;
    end += node.textContent.length;
    if (node.nodeName === "B") numbers.push({ start, end });
  }
  const marks = marksOf(textOf(sentence), explanation, label);
  text.replaceChildren(...pieces(textOf(sentence), numbers, marks));
}

/** Shows a sentence without underlines. */
export function restore(sentence) {
  const nodes = untouched.get(sentence);
  if (nodes) sentence.querySelector(".text").replaceChildren(...nodes);
  untouched.delete(sentence);
}

/** Returns `{start, end, weight}` for every place, in UTF-16 units; a number swallows the words inside it. */
function marksOf(text, explanation, label) {
  const offsets = offsetsOf(text);
  const places = explanation.words.flatMap(({ places, weights }) =>
    places.map(([start, end]) => ({ start: offsets(start), end: offsets(end), weight: weights[label] })),
  );
  // The longer first, so that a number comes before its words.
  places.sort((one, other) => one.start - other.start || other.end - one.end);
  const marks = [];
  for (const place of places) {
    const last = marks.at(-1);
    if (last && place.start < last.end) last.weight += place.weight;
    else marks.push({ ...place });
  }
  const strongest = Math.max(...marks.map(({ weight }) => Math.abs(weight)), 0);
  return marks.filter(({ weight }) => Math.abs(weight) > FAINT * strongest);
}

/** Returns a function from code points, which the server counts, to UTF-16 units, which scripts count. */
function offsetsOf(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (place) => place;
  const offsets = [0];
  for (const character of text) offsets.push(offsets.at(-1) + character.length);
  return (place) => offsets[place];
}

function pieces(text, numbers, marks) {
  const cuts = [...new Set([0, text.length, ...[...numbers, ...marks].flatMap(({ start, end }) => [start, end])])];
  cuts.sort((one, other) => one - other);
  const covering = (spans, start) => spans.find((span) => span.start <= start && start < span.end);
  return cuts.slice(0, -1).map((start, place) => {
    let node = document.createTextNode(text.slice(start, cuts[place + 1]));
    const mark = covering(marks, start);
    if (mark) node = wrap(node, "u", mark.weight > 0 ? "push" : "pull");
    return covering(numbers, start) ? wrap(node, "b", "") : node;
  });
}

function wrap(node, name, kind) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  element.append(node);
  return element;
}
