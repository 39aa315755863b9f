// Copies the address beside a button. Without this file the address is marked and copied by hand.
"use strict";
for (const button of document.querySelectorAll("button[data-copies]")) {
  const box = document.getElementById(button.dataset.copies);
  if (!box || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
      button.textContent = button.dataset.done;
    } catch {
      box.focus();
    }
  });
}
