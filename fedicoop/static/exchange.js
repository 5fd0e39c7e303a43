// A ready phrase goes into the message, where it can still be changed; without script it is sent as it is.
const box = document.getElementById("f-text");
for (const button of document.querySelectorAll("[data-phrase]")) {
  button.addEventListener("click", (event) => {
    const written = [...document.querySelectorAll(".write textarea")].at(-1) || box;
    if (!written) return;
    event.preventDefault();
    written.value = [written.value.trim(), button.textContent.trim()].filter(Boolean).join(" ");
    written.focus();
  });
}
