// A short word at the edge of the page, with one thing to do about it.
import { RequestError } from "./request.js";
import { phrase, write } from "./words.js";

const SHOWN_FOR = 12_000;
const box = document.getElementById("toast");
let timer;

/** Shows a phrase; `action` names a button and `act` is what it does. */
export function toast(key, { values = {}, action = null, act = null } = {}) {
  clearTimeout(timer);
  box.replaceChildren(phrase(key, "span", values));
  if (action) box.append(buttonOf(action, act));
  timer = setTimeout(() => box.replaceChildren(), SHOWN_FOR);
}

function buttonOf(action, act) {
  const button = document.createElement("button");
  button.type = "button";
  write(button, action);
  button.addEventListener("click", async () => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast(error.phrase);
    }
  });
  return button;
}
