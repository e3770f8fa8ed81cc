// Filters, sorts and moves the focus; what the page says is there without it.
"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const body = one(".matrix tbody");
  const rows = [...body.rows];
  const heads = [...document.querySelectorAll("[data-golden]")];
  const chips = [...document.querySelectorAll("button[data-verdict]")];
  const filter = one("#filter"), sort = one("#sort"), theme = one("#theme"), status = one("#status");

  // -- filter and sort --
  function show() {
    const text = filter.value.trim().toLowerCase();
    const verdicts = new Set(chips.filter((c) => c.ariaPressed === "true").map((c) => c.dataset.verdict));
    const wanted = rows.filter((row) => verdicts.has(row.dataset.verdict));
    const named = wanted.filter((row) => row.dataset.text.includes(text));
    const goldens = heads.map((head) => head.dataset.golden.toLowerCase().includes(text));
    // A text that no port has may be a test case's: then those are shown, of every port.
    const byGolden = !named.length && goldens.some(Boolean);
    const shown = new Set(byGolden ? wanted : named);
    for (const row of rows) {
      row.hidden = !shown.has(row);
      goldens.forEach((has, i) => { row.cells[i + 1].hidden = byGolden && !has; });
    }
    heads.forEach((head, i) => { head.hidden = byGolden && !goldens[i]; });
    for (const group of document.querySelectorAll("th.group")) group.hidden = byGolden;
    status.textContent = shown.size === rows.length && !byGolden ? "" : `${shown.size} of ${rows.length} rows`;
    ready();
  }

  function order() {
    const key = sort.value, sign = key === "wrong" ? -1 : 1;
    const compare = key === "name"
      ? (a, b) => a.dataset.name.localeCompare(b.dataset.name)
      : (a, b) => sign * (a.dataset[key] - b.dataset[key]);
    rows.sort((a, b) => compare(a, b) || a.dataset.place - b.dataset.place);
    body.append(...rows);
  }

  // -- the focus: one cell of the matrix can be reached by Tab, arrows go on from there --
  const links = (row) => [...row.querySelectorAll("a")].filter((a) => a.offsetParent);
  const visible = () => rows.filter((row) => !row.hidden);
  function ready(current = visible().flatMap(links)[0]) {
    for (const a of body.querySelectorAll("a")) a.tabIndex = a === current ? 0 : -1;
  }
  function move(from, key) {
    const row = from.closest("tr"), all = visible(), cells = links(row);
    const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
    if (key === "ArrowLeft" || key === "ArrowRight") return cells[cells.indexOf(from) + step];
    const place = from.closest("td, th").cellIndex;
    for (let i = all.indexOf(row) + step; all[i]; i += step) {
      const found = all[i].cells[place].querySelector("a");
      if (found) return found;
    }
    return undefined;
  }

  // -- details: what the address names --
  const named = () => {
    try { return document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return null; }
  };
  const opened = () => { const found = named(); return found?.matches(".detail") ? found : null; };
  const linkTo = (detail) =>
    detail && [...body.querySelectorAll("a")].find((a) => decodeURIComponent(a.hash.slice(1)) === detail.id);
  function open() {
    const detail = opened(), link = linkTo(detail);
    for (const a of body.querySelectorAll(".open")) a.classList.remove("open");
    link?.classList.add("open");
    if (link) ready(link);
    detail?.querySelector("h2").focus();
  }
  function close() {
    const link = linkTo(opened()), top = scrollY, left = scrollX;
    location.hash = "#matrix";
    scrollTo(left, top);
    link?.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing) { event.preventDefault(); filter.focus(); }
    else if (event.key === "Escape" && opened()) close();
    else if (event.key === "Escape" && event.target === filter) { filter.value = ""; show(); filter.blur(); }
    else if (event.key.startsWith("Arrow") && !typing) {
      const detail = opened();
      const from = linkTo(detail) ?? event.target.closest?.(".matrix a") ?? body.querySelector('a[tabindex="0"]');
      if (detail && !["ArrowLeft", "ArrowRight"].includes(event.key)) return;  // those scroll it
      const to = from && move(from, event.key);
      if (!to) return;
      event.preventDefault();
      if (detail) location.replace(to.hash);
      else { ready(to); to.focus(); }
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches(".close")) { event.preventDefault(); close(); }
  });
  for (const chip of chips) chip.addEventListener("click", () => {
    chip.ariaPressed = String(chip.ariaPressed !== "true");
    show();
  });
  filter.addEventListener("input", show);
  sort.addEventListener("change", order);
  addEventListener("hashchange", open);

  // -- dark or light: as the system has it until it is chosen --
  const root = document.documentElement, KEY = "rmsproof-theme";
  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = () => { theme.textContent = dark() ? "light" : "dark"; };
  try { const chosen = localStorage.getItem(KEY); if (chosen) root.dataset.theme = chosen; } catch { /* none */ }
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* not remembered */ }
    label();
  });
  label();
  ready();
  open();
})();
