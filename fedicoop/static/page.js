// Comforts, not necessities: without this file every page does all it has to do.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = button.dataset.done;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { label.textContent = before; }, 2500);
  });
}
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.share, url: button.dataset.address }).catch(() => {});
  });
}
