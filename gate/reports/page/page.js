// What the page can do beyond being read: narrow the findings, sort them, and show those that are in it as data.
"use strict";
(() => {
  const STEP = 200;
  const SEVERITIES = ["critical", "high", "medium", "low", "informational", "unknown"];
  const form = document.getElementById("filters");
  const table = document.getElementById("table");
  if (!form || !table) return;

  const rest = JSON.parse(document.getElementById("rest").textContent);
  const blank = document.getElementById("blank").content.querySelector("tbody");
  const states = Object.keys(rest.states);
  const collator = new Intl.Collator("en", { numeric: true });
  const split = (text) => (text ? text.split("\n") : []);
  const element = (name, text, className) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  // A finding: how it is narrowed and sorted by, and its node, which for those held as data is made when it is shown.
  const fromNode = (node, place) => {
    const slots = {};
    for (const slot of node.querySelectorAll("[data-f]")) slots[slot.dataset.f] = slot.textContent;
    const values = node.querySelectorAll(".mark, dd");
    const keys = {};
    for (const name of ["severity", "state", "fix", "rule", "mark", "image"]) keys[name] = split(node.dataset[name]);
    return { place, node, keys, slots, text: searchable(slots, Array.from(values, (value) => value.textContent)) };
  };

  const fromData = (list, place) => {
    const row = {};
    rest.fields.forEach((name, n) => { row[name] = list[n]; });
    const keys = {
      severity: [row.severity],
      state: row.state === row.disposition ? [row.state] : [row.state, row.disposition],
      fix: [row.fix],
      rule: row.rules,
      mark: row.marks.map(([kind]) => kind),
      image: row.images.map(String),
    };
    const slots = {};
    for (const name of ["id", "severity", "title", "package", "installed", "fixed", "cvss", "epss", "said", "where", "text"]) {
      slots[name] = row[name];
    }
    slots.state = rest.states[row.state];
    const words = [...row.marks.map(([, text]) => text), ...row.facts.map(([, text]) => text)];
    return { place, row, keys, slots, text: searchable(slots, words) };
  };

  const searchable = (slots, more) => [...Object.values(slots), ...more].join("\n").toLowerCase();

  const nodeOf = (finding) => {
    if (finding.node) return finding.node;
    const { row, keys, slots } = finding;
    const node = document.importNode(blank, true);
    for (const [name, values] of Object.entries(keys)) node.dataset[name] = values.join("\n");
    for (const slot of node.querySelectorAll("[data-f]")) slot.textContent = slots[slot.dataset.f];
    const link = node.querySelector(".c-id > a");
    if (row.url.startsWith("https://")) {
      link.href = row.url;
      link.rel = "noopener noreferrer";
    }
    node.querySelector(".marks").replaceChildren(...row.marks.map(([kind, text]) => element("span", text, `mark m-${kind}`)));
    node.querySelector("dl").replaceChildren(...row.facts.map(([label, text]) => {
      const pair = document.createElement("div");
      pair.append(element("dt", label), element("dd", text));
      return pair;
    }));
    node.querySelector(".links").replaceChildren(...row.links.filter((url) => url.startsWith("https://")).map((url) => {
      const anchor = element("a", url);
      anchor.href = url;
      anchor.rel = "noopener noreferrer";
      const item = document.createElement("li");
      item.append(anchor);
      return item;
    }));
    finding.node = node;
    return node;
  };

  const findings = Array.from(table.tBodies, fromNode);
  for (const list of rest.rows) findings.push(fromData(list, findings.length));

  // Sorting: by what a column shows; what it does not know comes last, whichever way.
  const number = (text) => (text ? parseFloat(text) : null);
  const word = (text) => text || null;
  const SORTS = {
    severity: (finding) => -SEVERITIES.indexOf(finding.keys.severity[0]),
    state: (finding) => -states.indexOf(finding.keys.state[0]),
    cvss: (finding) => number(finding.slots.cvss),
    epss: (finding) => number(finding.slots.epss),
  };
  for (const name of ["id", "package", "fixed", "where"]) SORTS[name] = (finding) => word(finding.slots[name]);

  const sorted = (list, name, descending) => {
    if (!SORTS[name]) return list;
    const valued = list.map((finding) => [SORTS[name](finding), finding]);
    const turn = descending ? -1 : 1;
    valued.sort(([a, one], [b, other]) => {
      if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
      const order = typeof a === "number" ? a - b : collator.compare(a, b);
      return turn * order || one.place - other.place;
    });
    return valued.map(([, finding]) => finding);
  };

  // What is wanted is in the form and in the head of the table, and in the address, so that a view can be passed on.
  const sort = { name: "", descending: false };
  const heads = Array.from(table.querySelectorAll("th[data-sort]"));
  const status = document.getElementById("shown");
  const more = document.getElementById("more");
  const amount = (count) => `${count.toLocaleString("en")} ${count === 1 ? "finding" : "findings"}`;
  let found = findings;
  let shown = 0;

  const wanted = () => {
    const asked = {};
    for (const [name, value] of new FormData(form)) if (value) (asked[name] ??= []).push(value);
    return asked;
  };

  const matching = (asked) => {
    const words = (asked.q?.[0] ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const names = Object.keys(asked).filter((name) => name !== "q");
    return findings.filter((finding) =>
      names.every((name) => asked[name].some((value) => finding.keys[name].includes(value)))
      && words.every((part) => finding.text.includes(part)));
  };

  const showMore = (count) => {
    const nodes = found.slice(shown, shown + count).map(nodeOf);
    shown += nodes.length;
    table.append(...nodes);
    const left = found.length - shown;
    more.replaceChildren();
    if (!left) return;
    const button = element("button", `Show ${amount(Math.min(STEP, left))} more`);
    button.type = "button";
    button.addEventListener("click", () => {
      const first = found[shown];
      showMore(STEP);
      first.node.querySelector("summary").focus();
    });
    more.append(button, ` ${amount(left)} not shown yet`);
  };

  const remember = (asked) => {
    const state = new URLSearchParams();
    for (const [name, values] of Object.entries(asked)) for (const value of values) state.append(name, value);
    if (sort.name) state.append("sort", (sort.descending ? "-" : "") + sort.name);
    const address = location.href.split("#")[0] + (String(state) ? `#${state}` : "");
    // A page inside a sandboxed frame may not touch its address.
    try { history.replaceState(null, "", address); } catch { /* the view is then not in the address */ }
  };

  const update = () => {
    const asked = wanted();
    found = sorted(matching(asked), sort.name, sort.descending);
    shown = 0;
    while (table.tBodies.length) table.tBodies[0].remove();
    showMore(STEP);
    for (const head of heads) {
      if (head.dataset.sort !== sort.name) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
    }
    const all = found.length === findings.length;
    status.textContent = all ? `${amount(findings.length)}, what violates first`
      : `${amount(found.length)} of ${findings.length.toLocaleString("en")}`;
    if (all && sort.name) status.textContent = amount(findings.length);
    remember(asked);
  };

  // Choose in the form what `text`, written like the part of an address after the #, names; nothing else stays chosen.
  const choose = (text) => {
    form.reset();
    for (const [name, value] of new URLSearchParams(text)) {
      if (name === "sort") {
        sort.descending = value.startsWith("-");
        sort.name = value.replace(/^-/, "");
      }
      for (const control of form.querySelectorAll("[name]")) {
        if (control.name !== name) continue;
        if (control.type !== "checkbox") control.value = value;
        else if (control.value === value) control.checked = true;
      }
    }
    update();
  };

  for (const head of heads) {
    const button = element("button", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      const numeric = ["severity", "cvss", "epss", "state"].includes(head.dataset.sort);
      if (sort.name !== head.dataset.sort) Object.assign(sort, { name: head.dataset.sort, descending: numeric });
      else if (sort.descending === numeric) sort.descending = !numeric;
      else sort.name = "";
      update();
    });
    head.replaceChildren(button);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", update);
  form.addEventListener("reset", () => { sort.name = ""; setTimeout(update); });
  table.addEventListener("click", (event) => {
    const row = event.target.closest(".finding > tr:first-child");
    if (!row || event.target.closest("a, summary, button") || String(getSelection())) return;
    const details = row.querySelector("details");
    details.open = !details.open;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-shows]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(new URLSearchParams([link.dataset.shows.split(/=(.*)/s, 2)]));
    const heading = document.getElementById("findings");
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  });
  addEventListener("hashchange", () => { if (location.hash.includes("=")) choose(location.hash.slice(1)); });
  addEventListener("beforeprint", () => showMore(1000));

  form.hidden = false;
  choose(location.hash.includes("=") ? location.hash.slice(1) : "");
})();
