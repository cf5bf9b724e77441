/* Fayol 横桥: the page works without this file; with it, it works faster. No framework, nothing inline. */
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const word = (name) => one("#words")?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? "";

  /* ── toast: leaves after five seconds, stays while pointed at ── */
  let leaving = 0;
  function leaveLater() {
    clearTimeout(leaving);
    leaving = setTimeout(() => { const toast = one("#toast"); if (toast) toast.hidden = true; }, 5000);
  }
  function say(words) {
    const toast = one("#toast");
    if (!toast || !words) return;
    toast.textContent = words;
    toast.hidden = false;
    leaveLater();
  }
  document.addEventListener("mouseover", (e) => { if (e.target.closest?.("#toast")) clearTimeout(leaving); });
  document.addEventListener("mouseout", (e) => { if (e.target.closest?.("#toast")) leaveLater(); });
  document.addEventListener("fayol:said", (e) => say(e.detail.words));

  /* ── menus: native <details>, closed by a click elsewhere or Escape ── */
  function closeMenus(but) {
    for (const menu of all("details.fy-menu[open]")) if (menu !== but) menu.open = false;
  }
  document.addEventListener("click", (e) => { if (!e.target.closest("dialog")) closeMenus(e.target.closest("details.fy-menu")); });

  /* ── a question before something that cannot be taken back ── */
  function ask(words) {
    const dialog = one("#confirm");
    if (!dialog?.showModal) return Promise.resolve(window.confirm(words));
    one("#confirm-words").textContent = words;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
  }
  document.addEventListener("click", (e) => {
    const asking = e.target.closest("[data-confirm]");
    if (!asking || asking.matches("form") || asking.dataset.asked) { if (asking) delete asking.dataset.asked; return; }
    e.preventDefault();
    e.stopImmediatePropagation();
    ask(asking.dataset.confirm).then((yes) => { if (yes) { asking.dataset.asked = "1"; asking.click(); } else asking.focus(); });
  }, true);
  document.addEventListener("htmx:confirm", (e) => {
    if (!e.detail.question) return;
    e.preventDefault();
    ask(e.detail.question).then((yes) => { if (yes) e.detail.issueRequest(true); });
  });

  /* ── forms: sent once, and not left half written ── */
  const dirty = new Set();
  let sending = false;
  document.addEventListener("input", (e) => { const form = e.target.closest("form[data-guard]"); if (form) dirty.add(form); });
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || form.method === "dialog") return;
    dirty.delete(form);
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    sending = true;
    setTimeout(() => { delete form.dataset.sent; sending = false; }, 8000);
  });
  window.addEventListener("beforeunload", (e) => {
    if (sending || ![...dirty].some((form) => form.isConnected)) return;
    e.preventDefault();
    e.returnValue = word("leave");
  });
  window.addEventListener("pageshow", () => { sending = false; for (const form of all("form[data-sent]")) delete form.dataset.sent; });

  /* ── many rows at once: all of them, and how many ── */
  function count(form) {
    const boxes = all('input[type="checkbox"][name]:not([data-all])', form).filter((box) => !box.disabled && box.closest("[data-pick], tr, li"));
    const picked = boxes.filter((box) => box.checked);
    const head = one("input[data-all]", form);
    if (head) {
      head.checked = picked.length > 0 && picked.length === boxes.length;
      head.indeterminate = picked.length > 0 && picked.length < boxes.length;
    }
    for (const box of boxes) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    for (const place of all("[data-count]", form)) place.textContent = place.dataset.count ? place.dataset.count.replace("%n", picked.length) : word("selected").replace("%n", picked.length);
    for (const part of all("[data-needs-pick]", form)) { if ("disabled" in part) part.disabled = !picked.length; else part.hidden = !picked.length; }
  }
  document.addEventListener("change", (e) => {
    const form = e.target.closest("form[data-bulk]");
    if (!form) return;
    if (e.target.matches("input[data-all]")) for (const box of all('tr input[type="checkbox"], li input[type="checkbox"]', form)) if (!box.matches("[data-all]")) box.checked = e.target.checked;
    count(form);
  });

  /* ── keys ── */
  const places = { w: "/", m: "/matters/", l: "/ledger/", i: "/intake/", o: "/organisation/" };
  let going = 0;
  const rows = () => all("[data-rows] > *, tbody[data-rows] > tr").filter((row) => one("a[href], button", row) && row.offsetParent);
  function step(by) {
    const list = rows();
    if (!list.length) return;
    const here = list.findIndex((row) => row.contains(document.activeElement));
    const row = list[Math.min(Math.max(here < 0 ? (by > 0 ? 0 : list.length - 1) : here + by, 0), list.length - 1)];
    one("a[href], button", row).focus();
    row.scrollIntoView({ block: "nearest" });
  }
  function pick() {
    one('input[type="checkbox"]', document.activeElement?.closest("[data-rows] > *") ?? document.createElement("i"))?.click();
  }
  function typing(target) {
    return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .ts-control, dialog[open]");
  }
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      const menu = one("details.fy-menu[open]");
      if (menu) { menu.open = false; one("summary", menu).focus(); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target)) return;
    if (going && Date.now() - going < 1200 && places[e.key]) {
      going = 0;
      if (all(".fy-bar .nav-link").some((link) => link.getAttribute("href") === places[e.key])) location.assign(places[e.key]);
      return;
    }
    going = e.key === "g" ? Date.now() : 0;
    if (e.key === "/") {
      const box = all("[data-search], main input[type=search]").find((input) => input.offsetParent);
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    } else if (e.key === "?") one("#keys")?.showModal?.();
    else if (e.key === "j") step(1);
    else if (e.key === "k") step(-1);
    else if (e.key === "x") pick();
  });

  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-keys]")) one("#keys")?.showModal?.();
    if (e.target.closest("[data-print]")) window.print();
  });

  /* ── choosing files: in the page's language, whatever the browser speaks; the input itself stays on top and works ── */
  function face(input) {
    if (input.parentElement.matches(".fy-file")) return;
    const frame = document.createElement("span"), button = document.createElement("span"), names = document.createElement("span");
    frame.className = "fy-file";
    button.className = "btn";
    button.textContent = word("choose");
    const show = () => { names.textContent = [...input.files].map((file) => file.name).join("、") || word("nofile"); };
    for (const part of [button, names]) part.setAttribute("aria-hidden", "true");
    input.replaceWith(frame);
    frame.append(input, button, names);
    input.addEventListener("change", show);
    show();
  }

  /* ── lists with a search in them ── */
  function dress(root) {
    for (const select of all("select[data-tomselect], input[data-tomselect]", root)) {
      if (select.tomselect || !window.TomSelect) continue;
      const labels = { no_results: () => { const none = document.createElement("div"); none.className = "no-results"; none.textContent = word("none"); return none; } };
      select.setAttribute("aria-hidden", "true");  // the control that replaces it carries the label
      new window.TomSelect(select, { maxOptions: 200, maxItems: select.multiple ? null : 1, plugins: [], render: labels, searchField: ["text", "keys"] });
    }
    for (const input of all("input[type=file]", root)) face(input);
    for (const form of all("form[data-bulk]", root)) count(form);
    for (const button of all("[data-keys], [data-print]", root)) button.classList.remove("d-none");
  }

  /* ── what was refused: the first wrong field has the focus ── */
  const wrong = (root) => one('[aria-invalid="true"], .is-invalid, [data-wrong] select', root)?.focus();

  /* ── htmx: after a swap the reader stands at the new bar, and hears when nothing could be sent ── */
  document.addEventListener("htmx:afterSettle", (e) => {
    const part = e.detail.elt ?? e.target;
    if (!part?.isConnected) return;
    dress(part.parentElement ?? part);
    const bar = ["move", "stale", "refused"].map((id) => (part.id === id ? part : one(`#${id}`, part))).find(Boolean);
    if (e.detail.requestConfig?.verb === "get") return;
    if (bar) bar.focus({ preventScroll: false });
    else wrong(part);
  });
  document.addEventListener("htmx:sendError", () => say(word("offline")));
  document.addEventListener("htmx:responseError", (e) => {
    if (e.detail.requestConfig?.path !== one("#counts")?.getAttribute("hx-get")) say(word("failed"));
  });

  document.addEventListener("DOMContentLoaded", () => {
    dress(document);
    if (performance.getEntriesByType("navigation")[0]?.responseStatus === 422) wrong(document);
    if (one("#toast")?.textContent.trim()) leaveLater();
  });
})();
