// One's own address in the fediverse stays in this browser, and nowhere else.
const field = document.getElementById("f-handle");
try {
  if (!field.value) field.value = localStorage.getItem("handle") ?? "";
  field.form.addEventListener("submit", () => localStorage.setItem("handle", field.value.trim()));
} catch { /* a browser that keeps nothing */ }
