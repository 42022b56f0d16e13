// Sends the form without leaving the page, and lays the answer in piece by piece.
import { bindDrop } from "./drop.js";
import { problemOf, RequestError, send } from "./request.js";
import { makeReady } from "./sentences.js";
import { speak, write } from "./words.js";

// Paragraphs that are laid in between two looks at the keyboard and the screen.
const AT_ONCE = 80;

const form = document.getElementById("form");
const status = document.getElementById("status");
const problem = document.getElementById("problem");
let latest = 0;

export function bindSubmit(bindResult) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "switch") {
      switchLanguage(event.submitter);
    } else {
      submit(new FormData(form, event.submitter), bindResult);
    }
  });
  bindDrop((files) => {
    const data = new FormData();
    data.append("lang", document.documentElement.lang);
    for (const file of files) data.append("file", file, file.name);
    submit(data, bindResult);
  });
}

function switchLanguage(button) {
  const language = button.value;
  form.elements.lang.value = language;
  button.value = button.lang = document.documentElement.lang;
  speak(language);
  history.replaceState(null, "", `?lang=${language}`);
}

async function submit(data, bindResult) {
  const turn = ++latest;
  write(problem, "");
  write(status, "working");
  form.classList.add("working");
  try {
    const response = await send(form.action, { method: "POST", body: data });
    const isPage = response.headers.get("Content-Type")?.startsWith("text/html");
    if (!isPage) throw new RequestError(problemOf(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (turn !== latest) return;
    if (response.ok) {
      await layIn(page, bindResult, () => turn === latest);
    } else {
      problem.replaceChildren(...page.getElementById("problem").childNodes);
      write(status, "");
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (turn === latest) {
      write(problem, error.phrase);
      write(status, "");
    }
  } finally {
    if (turn === latest) form.classList.remove("working");
  }
}

async function layIn(page, bindResult, isLatest) {
  const result = document.adoptNode(page.getElementById("result"));
  const waiting = [...result.querySelectorAll("article")].map((article) => [article, [...article.children]]);
  for (const [article] of waiting) article.replaceChildren();
  result.setAttribute("aria-busy", "true");
  document.getElementById("result").replaceWith(result);
  document.getElementById("text").value = page.getElementById("text").value;
  form.elements.file.value = "";
  document.getElementById("input").open = false;
  result.focus();
  for (const [article, parts] of waiting) {
    for (let start = 0; start < parts.length; start += AT_ONCE) {
      const some = parts.slice(start, start + AT_ONCE);
      makeReady(some.filter((part) => part.matches(".paragraph")));
      article.append(...some);
      await new Promise((resolve) => setTimeout(resolve));
      if (!isLatest()) return;
    }
  }
  result.removeAttribute("aria-busy");
  bindResult();
  const total = result.querySelectorAll(".sentence").length;
  const statistics = result.querySelectorAll('.sentence[data-type="statistic"]').length;
  write(status, total ? "tagged" : "no_sentences", { total, statistics });
}
