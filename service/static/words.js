// The phrases and numbers of the page in the language of its reader.
const phrases = JSON.parse(document.getElementById("phrases").textContent);
const root = document.documentElement;
const FORMS = {
  d: { useGrouping: false },
  ".0%": { style: "percent", maximumFractionDigits: 0 },
  ".2f": { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  "+.2f": { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" },
};

/** Returns a phrase with the values, which are numbers or phrases, in their places. */
function say(key, values = {}) {
  return phrases[root.lang][key].replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : say(value);
  });
}

export function number(value, form = "d") {
  return new Intl.NumberFormat(root.lang === "fa" ? "fa-IR" : "en", FORMS[form]).format(value);
}

/** Writes a phrase into an element, so that it follows the language; an empty key empties the element. */
export function write(element, key, values = {}) {
  element.dataset.phrase = key;
  element.dataset.values = JSON.stringify(values);
  element.textContent = key ? say(key, values) : "";
}

export function writeNumber(element, value, form = "d") {
  element.dataset.number = value;
  element.dataset.form = form;
  element.textContent = number(value, form);
}

/** Returns a new element that says a phrase. */
export function phrase(key, name = "span", values = {}) {
  const element = document.createElement(name);
  write(element, key, values);
  return element;
}

const ATTRIBUTES = ["placeholder", "aria-label"];

/** Puts the whole page into a language, results and all. */
export function speak(language) {
  root.lang = language;
  root.dir = language === "fa" ? "rtl" : "ltr";
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-phrase]")) {
    if (element.dataset.phrase) element.textContent = say(element.dataset.phrase, JSON.parse(element.dataset.values ?? "{}"));
  }
  for (const element of document.querySelectorAll("[data-number]")) {
    element.textContent = number(Number(element.dataset.number), element.dataset.form);
  }
  for (const name of ATTRIBUTES) {
    for (const element of document.querySelectorAll(`[data-phrase-${name}]`)) {
      const values = JSON.parse(element.getAttribute(`data-values-${name}`) ?? "{}");
      element.setAttribute(name, say(element.getAttribute(`data-phrase-${name}`), values));
    }
  }
}
