// Shows what is found while the search is typed. Without this file the button does the same.
// The server makes the page as ever; only the part with the results is exchanged.
"use strict";
(() => {
  const form = document.querySelector("form[data-instant]");
  const said = document.querySelector("[data-found]");
  if (!form || !said || navigator.connection?.saveData) return;
  const WAIT = 250; // ms after the last key
  const PATIENCE = 300; // ms until the old results are shown as such
  let timer = 0;
  let asked = null;
  let shown = address();

  function address() {
    const pairs = [...new FormData(form)].filter(([, value]) => String(value).trim());
    const query = new URLSearchParams(pairs).toString();
    return location.pathname + (query ? `?${query}` : "");
  }

  async function show() {
    const wanted = address();
    if (wanted === shown) return;
    asked?.abort();
    const turn = (asked = new AbortController());
    const results = document.querySelector("[data-results]");
    const busy = setTimeout(() => results.setAttribute("aria-busy", "true"), PATIENCE);
    try {
      const answer = await fetch(wanted, { signal: turn.signal, headers: { Accept: "text/html" }, redirect: "error" });
      // A filter that cannot be read is told on the page, with status 400; other answers are none of the list.
      if (!answer.ok && answer.status !== 400) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-results]");
      if (!found || turn.signal.aborted) return;
      document.querySelector("[data-results]").replaceWith(document.adoptNode(found));
      for (const part of [".languages", "title"]) {
        const [here, there] = [document.querySelector(part), page.querySelector(part)];
        if (here && there) here.replaceWith(document.adoptNode(there));
      }
      shown = wanted;
      history.replaceState(history.state, "", wanted);
      said.textContent = [...found.querySelectorAll("[data-say]")].map((part) => part.textContent.trim()).join(" ");
    } catch { /* no connection or a newer question: what is shown stays, and the button still asks */ }
    finally {
      clearTimeout(busy);
      if (asked === turn) results.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked?.abort();
  });
})();
