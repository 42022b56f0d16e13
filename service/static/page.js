// Makes the page that the server sends quick to use; without this script it works as a plain form.
import { recall } from "./corrections.js";
import { bindExport } from "./export.js";
import { bindFilters } from "./filters.js";
import { bindInspector } from "./inspector.js";
import { bindKeys } from "./keys.js";
import { bindSubmit } from "./submit.js";
import { bindSummary } from "./summary.js";
import { makeReady, paragraphs } from "./sentences.js";

/** Binds what stands in a new result; its paragraphs may come later. */
function bindResult() {
  for (const element of document.querySelectorAll("#result .needs-script")) element.hidden = false;
  if (!document.getElementById("filters")) return;
  bindFilters();
  bindKeys();
  bindInspector();
  bindSummary();
  bindExport();
  recall();
}

bindSubmit(bindResult);
bindResult();
makeReady(paragraphs());
