/* Fayol 横桥, intake: everything works without this file; with it, names are searched, rows and sentences point at each
   other, and files may be dropped. */
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* ── units: a list with a search in it, made when the field is first entered ── */
  let options = null;
  function unitOptions() {
    options ??= all("#units option").map((option) => ({ value: option.value, text: option.value, keys: option.dataset.keys ?? "" }));
    return options;
  }
  function dress(input) {
    if (input.tomselect || !window.TomSelect) return;
    const many = input.dataset.units === "many";
    const label = one(`label[for="${input.id}"]`);
    const select = new window.TomSelect(input, {
      options: unitOptions().map((option) => ({ ...option })), maxItems: many ? null : 1, delimiter: "、", splitOn: /[、,，;；]/, create: true, createOnBlur: true,
      persist: false, maxOptions: 200, searchField: ["text", "keys"], hidePlaceholder: true,
      render: { option_create: () => document.createElement("i"), no_results: () => document.createElement("i") },
    });
    if (label) select.control_input.setAttribute("aria-label", label.textContent);
    select.focus();
  }
  document.addEventListener("focusin", (e) => { if (e.target.matches?.("input[data-units]")) dress(e.target); });

  /* ── rows and sentences ── */
  function point(item) {
    const open = one("details", item)?.open ?? false;
    item.toggleAttribute("data-on", open);
    const number = item.id.slice(1);
    for (const sentence of all("#source .fy-sent")) if (sentence.dataset.n.split(" ").includes(number)) sentence.toggleAttribute("data-on", open);
  }
  document.addEventListener("toggle", (e) => { const item = e.target.closest?.(".fy-item"); if (item && e.target.parentElement === item) point(item); }, true);
  function arrive() {
    const item = /^#a\d+$/.test(location.hash) ? one(location.hash) : null;
    const details = item && one("details", item);
    if (details && !details.open) details.open = true;
    item?.scrollIntoView({ block: "nearest" });
  }
  window.addEventListener("hashchange", arrive);
  document.addEventListener("htmx:afterSettle", (e) => {
    const item = (e.detail.elt ?? e.target).closest?.(".fy-item");
    if (!item) return;
    const ask = Boolean(one('.fy-conf[data-v="1"]', item));
    item.toggleAttribute("data-ask", ask);
    one(`#s${item.id.slice(1)}`)?.toggleAttribute("data-ask", ask);
    point(item);
  });

  /* ── a sentence picked in the source goes into the box for a new draft ── */
  document.addEventListener("mouseup", (e) => {
    const source = one("#source"), box = one("#add-words"), picked = window.getSelection();
    if (!source || !box || !source.contains(e.target) || picked.isCollapsed || (box.value && box.dataset.from !== "source")) return;
    const words = picked.getRangeAt(0).cloneContents();
    for (const link of all("a", words)) link.remove();
    if (words.textContent.trim().length < 4) return;
    box.value = words.textContent.trim();
    box.dataset.from = "source";
    one("#add").open = true;
  });

  /* ── a file that is too large says so before it travels; files may be dropped on the form ── */
  function checkSize(input, form) {
    const file = input.files[0], place = one("#file-says");
    const fine = !file || file.size <= Number(form.dataset.most);
    if (place) place.textContent = fine ? "" : one("#file-help").textContent.trim();
    if (!fine) input.value = "";
  }
  document.addEventListener("DOMContentLoaded", () => {
    for (const item of all(".fy-item[data-on]")) point(item);
    for (const place of all("[data-pick], [data-drop]")) place.textContent += ` ${place.dataset.pick ?? place.dataset.drop}`;
    arrive();
    const form = one("#upload"), input = one("#file");
    if (!form || !input) return;
    input.addEventListener("change", () => checkSize(input, form));
    for (const name of ["dragover", "dragleave", "drop"]) form.addEventListener(name, (e) => {
      if (![...(e.dataTransfer?.types ?? [])].includes("Files")) return;
      e.preventDefault();
      form.classList.toggle("fy-over", name === "dragover");
      if (name === "drop") { input.files = e.dataTransfer.files; checkSize(input, form); }
    });
  });
})();
