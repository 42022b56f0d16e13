// The sentences of the result: what the model says of each, and what the reader has set right.
import { phrase } from "./words.js";

export const THEMES = ["health", "employment", "export", "ideology"];
export const SCORED = [...THEMES, "statistic"];

const reviewed = new WeakMap();

export const paragraphs = () => [...document.querySelectorAll("#result .paragraph")];
export const sentences = () => [...document.querySelectorAll("#result .sentence")];
export const textOf = (sentence) => sentence.querySelector(".text").textContent;
export const documentOf = (sentence) => sentence.closest("article").dataset;

const themesOf = (words) => words.split(" ").filter(Boolean);

/** Returns the labels that are shown: the model's tags, or what the reader has made of them. */
export function labelsOf(sentence) {
  const { themes, type } = sentence.dataset;
  return { themes: themesOf(themes), type, sentence: sentence.dataset.sentence !== "false" };
}

/** Returns what the model said, as POST /classify has it. */
export function tagOf(sentence) {
  const { start, end, scores } = sentence.dataset;
  const { themes, type } = reviewed.get(sentence)?.tags ?? labelsOf(sentence);
  const values = scores.split(" ").map(Number);
  return {
    text: textOf(sentence),
    start: Number(start),
    end: Number(end),
    themes,
    type,
    scores: Object.fromEntries(SCORED.map((label, place) => [label, values[place]])),
  };
}

/** Returns the review that the reader has given, or undefined. */
export const reviewOf = (sentence) => reviewed.get(sentence);

/** Shows the labels of a review, or without one the model's tags again. */
export const review = (sentence, given) => reviewAll(new Map([[sentence, given]]));

/** Shows the labels of the reviews of sentences. */
export function reviewAll(reviews) {
  if (!reviews.size) return;
  for (const [sentence, given] of reviews) {
    const { themes, type } = tagOf(sentence);
    if (given) {
      reviewed.set(sentence, { ...given, tags: { themes, type } });
      show(sentence, given.labels);
    } else {
      reviewed.delete(sentence);
      show(sentence, { themes, type, sentence: true });
    }
  }
  document.dispatchEvent(new CustomEvent("sentences-reviewed", { detail: [...reviews.keys()] }));
}

function show(sentence, labels) {
  sentence.dataset.themes = labels.themes.join(" ");
  sentence.dataset.type = labels.type;
  if (labels.sentence) delete sentence.dataset.sentence;
  else sentence.dataset.sentence = "false";
  const names = labels.sentence
    ? [...labels.themes, ...(labels.type === "statistic" ? ["statistic"] : [])]
    : ["not_a_sentence"];
  if (reviewed.has(sentence)) names.push("corrected");
  sentence.querySelector(".tags").replaceChildren(
    ...names.flatMap((name) => {
      const tag = document.createElement("span");
      tag.className = `tag ${name}`;
      tag.append(phrase(name));
      return [" ", tag];
    }),
  );
}

/** Makes the sentences of paragraphs reachable; the arrow keys move between them, so one tab stop is enough. */
export function makeReady(some) {
  for (const sentence of some.flatMap((paragraph) => [...paragraph.querySelectorAll(".sentence")])) {
    sentence.setAttribute("role", "button");
    sentence.setAttribute("aria-haspopup", "dialog");
    sentence.tabIndex = sentence.id === "s0-0" ? 0 : -1;
  }
}

/** Gives the focus, and the one tab stop, to a sentence. */
export function moveTo(sentence) {
  for (const other of document.querySelectorAll('.sentence[tabindex="0"]')) other.tabIndex = -1;
  sentence.tabIndex = 0;
  sentence.focus();
}
