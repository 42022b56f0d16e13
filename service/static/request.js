// Requests to the server, with the access key where the server asks for one.
import { write } from "./words.js";

const KEY = "barchasb-key";

/** A request that failed; `phrase` is the key of what to tell the reader. */
export class RequestError extends Error {
  constructor(phrase) {
    super(phrase);
    this.phrase = phrase;
  }
}

/** Returns the response, whatever its status but 401; throws RequestError where there is none. */
export async function send(url, options) {
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    const headers = { ...options.headers, "X-Requested-With": "barchasb" };
    if (key) headers.Authorization = `Bearer ${key}`;
    let response;
    try {
      response = await fetch(url, { ...options, headers });
    } catch {
      throw new RequestError("problem_network");
    }
    if (response.status !== 401) return response;
    if (!(await askForKey(key !== null))) throw new RequestError("problem_key");
  }
}

/** Sends JSON and returns the JSON of the answer, null where it has no body. */
export async function sendJson(method, url, value) {
  const response = await send(url, {
    method,
    headers: { "Content-Type": "application/json" },
    body: value === undefined ? undefined : JSON.stringify(value),
  });
  if (!response.ok) throw new RequestError(problemOf(response.status));
  return response.status === 204 ? null : response.json();
}

/** Returns the phrase for a status that is not a success. */
export function problemOf(status) {
  if (status === 401 || status === 403) return "problem_key";
  if (status === 409) return "problem_decided";
  if (status === 413) return "problem_large";
  if (status === 429 || status === 503) return "problem_busy";
  return "problem_other";
}

function askForKey(refused) {
  const dialog = document.getElementById("key");
  const field = dialog.querySelector("input");
  write(document.querySelector("#key-why span"), refused ? "problem_key" : "ask_key");
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const given = dialog.returnValue === "use" && field.value !== "";
        if (given) sessionStorage.setItem(KEY, field.value);
        resolve(given);
      },
      { once: true },
    );
  });
}
