// Files that are dropped anywhere on the page, or chosen, are read at once.

export function bindDrop(read) {
  const field = document.querySelector("#form input[type=file]");
  field.addEventListener("change", () => {
    if (field.files.length) read([...field.files]);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    read([...event.dataTransfer.files]);
  });
}
