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
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Suggestions of towns, from this house's own list.
for (const input of document.querySelectorAll("[data-towns]")) {
  const list = document.getElementById(input.getAttribute("list"));
  let asked = "";
  let timer;
  input.addEventListener("input", () => {
    const typed = input.value.trim();
    if (typed.length < 2 || typed === asked) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asked = typed;
      const answer = await fetch(`${input.dataset.towns}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || input.value.trim() !== typed) return;
      const { towns } = await answer.json();
      list.replaceChildren(...towns.map((town) => new Option(town.label, town.label)));
    }, 150);
  });
}
// The place that was looked from last stands in the field when one comes back; on this device alone.
for (const input of document.querySelectorAll("[data-remember]")) {
  const name = `fedicoop:${input.dataset.remember}`;
  if (!input.value && !location.search) input.value = localStorage.getItem(name) ?? "";
  input.form?.addEventListener("submit", () => localStorage.setItem(name, input.value.trim()));
}
// What went wrong is read first.
document.querySelector("[data-focus]")?.focus();
// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
// The frame of the site, and the last pages, stay where there is no network.
navigator.serviceWorker?.register("/sw.js");
