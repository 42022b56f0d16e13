// Shows only the sentences with the chosen themes and type.
import { labelsOf, sentences } from "./sentences.js";
import { write } from "./words.js";

export function bindFilters() {
  const form = document.getElementById("filters");
  form.addEventListener("change", () => apply(form));
  form.addEventListener("submit", (event) => event.preventDefault());
}

function apply(form) {
  const themes = new FormData(form).getAll("theme");
  const type = form.elements.type.value;
  const all = sentences();
  let shown = 0;
  for (const sentence of all) {
    const labels = labelsOf(sentence);
    const byTheme = !themes.length || themes.some((theme) => (theme === "none" ? !labels.themes.length : labels.themes.includes(theme)));
    sentence.hidden = !(byTheme && (type === "all" || labels.type === type));
    shown += !sentence.hidden;
  }
  const filtering = themes.length > 0 || type !== "all";
  for (const paragraph of document.querySelectorAll("#result .paragraph")) {
    paragraph.hidden = !paragraph.querySelector(".sentence:not([hidden])");
  }
  for (const part of document.querySelectorAll("#result .left-out")) part.hidden = filtering;
  const first = all.find((sentence) => !sentence.hidden);
  if (first && !all.some((sentence) => !sentence.hidden && sentence.tabIndex === 0)) first.tabIndex = 0;
  const key = shown ? "shown" : "nothing_shown";
  write(document.getElementById("shown"), filtering ? key : "", { shown, total: all.length });
}
