/* Names for screen readers where the staff site's library gives none: boxes of choice with a search, fields in rows of a table. */
"use strict";

(() => {
  const words = (element) => (element ? element.textContent.trim().replace(/\s+/g, " ").replace(/:$/, "") : "");

  const nameOfCell = (field) => {
    const cell = field.closest("td");
    const table = field.closest("table");
    if (!cell || !table || !table.tHead) return "";
    if (cell.classList.contains("delete")) return words(table.tHead.querySelector("th:last-child"));
    const column = [...cell.classList].find((name) => name.startsWith("field-"));
    return column ? words(table.tHead.querySelector(`.${CSS.escape(column.replace("field-", "column-"))}`)) : "";
  };

  const nameFields = () => {
    for (const field of document.querySelectorAll(".tabular td :is(input, select, textarea):not([type=hidden], [aria-label])")) {
      if (field.labels.length && words(field.labels[0])) continue;
      const name = nameOfCell(field);
      if (name) field.setAttribute("aria-label", name);
    }
    for (const box of document.querySelectorAll(".select2-selection[role=combobox]")) {
      const select = box.closest(".select2-container").previousElementSibling;
      const shown = box.querySelector(".select2-selection__rendered");
      if (!select || !shown) continue;
      /* A read-only text box inside the box would need a name of its own; it is only the words of the choice. */
      shown.removeAttribute("role");
      shown.removeAttribute("aria-readonly");
      if (select.lang === "None") select.removeAttribute("lang");
      const label = select.labels && select.labels[0];
      if (label) {
        label.id ||= `${select.id}_label`;
        box.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
      } else if (nameOfCell(select)) {
        box.removeAttribute("aria-labelledby");
        box.setAttribute("aria-label", `${nameOfCell(select)} ${words(shown)}`.trim());
      }
    }
  };

  /* The library makes its boxes in a task of its own, which may come after “load”. */
  window.addEventListener("load", () => setTimeout(nameFields));
  document.addEventListener("formset:added", () => setTimeout(nameFields));
})();
