// Saves the boxes of a step by themselves. Without this file the buttons do the same.
// What could not be sent waits in the browser and is sent when the connection is back; once stored it is forgotten here.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const words = form.dataset;
  const status = form.querySelector("[data-status]");
  const version = form.elements.version;
  const key = `ppp-draft/${words.key}`;
  const WAIT = 700; // ms after the last key
  const RETRY = 5000; // ms until an attempt that failed is made again
  const dirty = new Set();
  let timer = 0;
  let running = null;
  let renewed = false; // the form's secret was asked for anew since the last save
  let halted = false; // a newer version or the login must be settled by the person first

  const isBox = (box) => box.name && !["csrfmiddlewaretoken", "version", "go"].includes(box.name);

  function valuesOf(name, where = form) {
    const boxes = [...where.elements].filter((box) => box.name === name);
    const values = [];
    for (const box of boxes) {
      if (["checkbox", "radio"].includes(box.type)) {
        if (box.checked) values.push(box.value);
      } else values.push(box.value);
    }
    return values;
  }

  function put(name, values) {
    for (const box of [...form.elements].filter((item) => item.name === name)) {
      if (["checkbox", "radio"].includes(box.type)) box.checked = values.includes(box.value);
      else box.value = values[0] ?? "";
    }
  }

  function say(text, state, links = []) {
    status.textContent = text;
    status.dataset.state = state;
    for (const { label, act, href } of links) {
      const made = document.createElement(href ? "a" : "button");
      made.textContent = label;
      if (href) Object.assign(made, { href, target: "_blank", rel: "noopener" });
      else Object.assign(made, { type: "button", className: "button button-quiet button-small" });
      if (act) made.addEventListener("click", act);
      status.append(" ", made);
    }
  }

  // --- what waits in this browser: values by name, the version they belong to, whether a button has sent them ---
  function keep(submitted = false) {
    try {
      if (!dirty.size) localStorage.removeItem(key);
      else {
        const values = Object.fromEntries([...dirty].map((name) => [name, valuesOf(name)]));
        localStorage.setItem(key, JSON.stringify({ values, submitted, version: Number(version.value) }));
      }
    } catch { /* a full or forbidden store: the page itself still holds the text */ }
  }

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name) || "null"); } catch { return null; }
  }

  function forgetWhatArrived() {
    const proposal = key.slice(0, key.lastIndexOf("/") + 1);
    try {
      for (const name of Object.keys(localStorage)) {
        if (!name.startsWith(proposal)) continue;
        const kept = read(name);
        if (!kept || (kept.submitted && Number(version.value) > kept.version)) localStorage.removeItem(name);
      }
    } catch { /* no store, nothing kept */ }
  }

  function restore() {
    forgetWhatArrived();
    const kept = read(key);
    if (!kept) return;
    for (const [name, values] of Object.entries(kept.values)) {
      if (![...form.elements].some((box) => box.name === name)) continue;
      if (JSON.stringify(valuesOf(name)) === JSON.stringify(values)) continue;
      put(name, values);
      dirty.add(name);
    }
    if (dirty.size) { say(words.textRestored, "wait"); later(0); } else keep();
  }

  // --- errors beside their boxes ---
  function mark(name, sentences) {
    const box = document.getElementById(`field-${name}`);
    const field = box && box.querySelector(".field");
    if (!field) return;
    field.querySelector(".field-error")?.remove();
    field.classList.toggle("has-error", sentences.length > 0);
    const inputs = field.querySelectorAll("input, select, textarea");
    const errorId = `id_${name}_error`;
    for (const input of inputs) {
      const others = (input.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== errorId);
      if (sentences.length) { input.setAttribute("aria-invalid", "true"); others.push(errorId); }
      else input.removeAttribute("aria-invalid");
      if (others.length) input.setAttribute("aria-describedby", others.join(" "));
      else input.removeAttribute("aria-describedby");
    }
    if (!sentences.length) return;
    const error = document.createElement("div");
    error.className = "field-error";
    error.id = errorId;
    const list = document.createElement("ul");
    for (const sentence of sentences) {
      const item = document.createElement("li");
      const hidden = document.createElement("span");
      hidden.className = "visually-hidden";
      hidden.textContent = words.textError;
      item.append(hidden, " ", sentence);
      list.append(item);
    }
    error.append(list);
    (field.querySelector(".choices") || inputs[0]).before(error);
  }

  // --- what the server shows by now ---
  async function freshPage() {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Questions and years that follow from another box. Never under the hands of somebody who types there.
  function showParts(page) {
    const typed = [...dirty].map((name) => [name, valuesOf(name)]);
    for (const part of form.querySelectorAll("[data-part]")) {
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!fresh) continue;
      if (part.contains(document.activeElement)) {
        part.addEventListener("focusout", () => setTimeout(refreshParts), { once: true });
      } else part.innerHTML = fresh.innerHTML;
    }
    for (const [name, values] of typed) put(name, values);
  }

  const refreshParts = async () => freshPage().then(showParts).catch(() => {});

  // After a change elsewhere: boxes not touched here show what is stored, or a button would send the older text.
  function takeOver(page) {
    const theirs = page.querySelector("form[data-autosave]");
    if (!theirs) return;
    showParts(page);
    for (const name of new Set([...form.elements].filter(isBox).map((box) => box.name))) {
      if (!dirty.has(name) && theirs.elements[name]) put(name, valuesOf(name, theirs));
    }
    version.value = theirs.elements.version.value;
  }

  // Another tab, or an attempt whose answer got lost, may have saved the very text that waits here.
  function holdsAllOfIt(page) {
    const theirs = page.querySelector("form[data-autosave]");
    const isSame = (name) => JSON.stringify(valuesOf(name)) === JSON.stringify(valuesOf(name, theirs));
    return theirs && [...dirty].every(isSame);
  }

  // Whoever logs in anew in another tab gets a new secret for every form; this page must learn it.
  async function renewToken() {
    const fresh = (await freshPage()).querySelector("form[data-autosave] [name=csrfmiddlewaretoken]");
    if (fresh) form.elements.csrfmiddlewaretoken.value = fresh.value;
    return Boolean(fresh);
  }

  // --- sending ---
  function later(wait = WAIT) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running ??= send().catch(() => RETRY).then((pause) => {
        running = null;
        if (dirty.size && !halted) later(pause);
      });
    }, wait);
  }

  // Resolves to the milliseconds until the next attempt, if one is needed.
  async function send() {
    if (!dirty.size || halted) return WAIT;
    const names = [...dirty];
    const sent = new Map(names.map((name) => [name, JSON.stringify(valuesOf(name))]));
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("version", version.value);
    body.append("boxes", names.join(","));
    for (const name of names) for (const value of valuesOf(name)) body.append(name, value);
    say(words.textSaving, "wait");
    let answer, told;
    try {
      answer = await fetch(location.pathname, { method: "POST", body, headers: { "X-Requested-With": "autosave" } });
      if (answer.status === 403 && !renewed) {
        renewed = true;
        if (await renewToken()) return 0;
      }
      told = await answer.json();
      if (told.error === "stale") {
        const page = await freshPage();
        if (holdsAllOfIt(page)) {
          takeOver(page);
          dirty.clear();
          keep();
          say(words.textSaved, "ok");
          return WAIT;
        }
      }
    } catch {
      keep();
      say(navigator.onLine ? words.textFailed : words.textOffline, "bad");
      return RETRY;
    }
    if (answer.ok) {
      renewed = false;
      version.value = told.version;
      // What changed while the answer was on its way stays to be sent.
      for (const [name, value] of sent) {
        if (JSON.stringify(valuesOf(name)) === value) { dirty.delete(name); mark(name, told.errors[name] || []); }
      }
      keep();
      const panel = document.querySelector("[data-panel]");
      if (panel) panel.innerHTML = told.panel;
      if (told.refresh) await refreshParts();
      say(dirty.size ? words.textSaving : words.textSaved, dirty.size ? "wait" : "ok");
      return WAIT;
    }
    keep();
    halted = true;
    const again = { label: words.textAnew, act: () => { dirty.clear(); keep(); location.reload(); } };
    if (told.error === "stale") {
      const go = () => { halted = false; later(0); };
      const mine = { label: words.textMine, act: () => freshPage().then(takeOver).then(go, go) };
      say(told.message, "bad", [mine, again]);
    } else if (told.error === "session") {
      const login = { label: words.textLogin, href: `${words.login}?next=${encodeURIComponent(location.pathname)}` };
      say(told.message, "bad", [login]);
      addEventListener("focus", () => { halted = false; later(0); }, { once: true });
    } else if (told.error === "filed") say(told.message, "bad", [again]);
    else { halted = false; say(words.textFailed, "bad"); }
    return RETRY;
  }

  form.addEventListener("input", (event) => {
    if (!isBox(event.target)) return;
    dirty.add(event.target.name);
    keep();
    later();
  });
  form.addEventListener("change", (event) => { if (isBox(event.target)) { dirty.add(event.target.name); keep(); later(0); } });
  addEventListener("online", () => later(0));
  addEventListener("offline", () => { if (dirty.size) say(words.textOffline, "bad"); });

  // A button sends the whole step: it must not overtake a save that is on its way, nor carry its older version.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!navigator.onLine) { event.preventDefault(); keep(); say(words.textOffline, "bad"); return; }
    if (running) {
      event.preventDefault();
      const button = event.submitter;
      running.then(() => form.requestSubmit(button));
      return;
    }
    halted = true;
    keep(true); // forgotten when a page of a later version shows that it has arrived
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  restore();
})();
