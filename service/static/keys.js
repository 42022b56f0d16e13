// Pointer and keyboard on the sentences: arrows move, Enter and the space bar open.
import { open } from "./inspector.js";
import { moveTo, sentences } from "./sentences.js";

export function bindKeys() {
  const reading = document.querySelector("#result .reading");
  reading.addEventListener("click", (event) => {
    const sentence = event.target.closest(".sentence");
    // Whoever selects text wants to copy it.
    if (!sentence || !getSelection().isCollapsed) return;
    moveTo(sentence);
    open(sentence);
  });
  reading.addEventListener("keydown", (event) => {
    const sentence = event.target.closest(".sentence");
    if (!sentence || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      open(sentence);
    } else {
      const goal = goalOf(event.key, sentence);
      if (!goal) return;
      moveTo(goal);
    }
    event.preventDefault();
  });
  document.getElementById("statistics").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const sentence = link && document.getElementById(link.hash.slice(1));
    if (!sentence) return;
    event.preventDefault();
    sentence.scrollIntoView({ block: "center" });
    moveTo(sentence);
  });
}

function goalOf(key, sentence) {
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const all = sentences().filter((each) => !each.hidden);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(key)) return null;
  return all[all.indexOf(sentence) + (key === "ArrowDown" || key === forward ? 1 : -1)] ?? null;
}
