// The coop on a small phone, as it will look, while one types.
const phone = document.querySelector("[data-phone]");
const fields = phone && document.getElementById("f-name")?.form?.elements;
if (fields) {
  const part = (name) => phone.querySelector(`[data-${name}]`);
  const sentence = part("sentence");
  const logo = part("logo");
  const show = () => {
    const name = fields.name.value.trim() || fields.name.placeholder;
    part("name").textContent = name;
    part("initial").textContent = (name.match(/[\p{L}\p{N}]/u) || ["·"])[0].toUpperCase();
    sentence.textContent = fields.sentence.value.trim() || sentence.dataset.empty;
    phone.className = phone.className.replace(/hue-\d+/, `hue-${fields.hue.value}`);
  };
  const sign = (source) => {
    logo.src = source;
    logo.hidden = !source;
    part("initial").hidden = !!source;
  };
  fields.name.form.addEventListener("input", show);
  const before = logo.hidden ? "" : logo.src;
  fields.logo.addEventListener("change", () => {
    const [file] = fields.logo.files;
    if (!file) return sign(before);
    const reader = new FileReader();
    reader.addEventListener("load", () => sign(reader.result));
    reader.readAsDataURL(file);
  });
  fields.logo_off?.addEventListener("change", () => sign(fields.logo_off.checked ? "" : before));
  // The address follows the name until somebody writes it by hand.
  const handle = fields.handle;
  const shown = document.querySelectorAll("[data-handle]");
  const told = () => { for (const one of shown) one.textContent = handle.value || handle.placeholder; };
  if (handle) {
    let own = handle.value !== "" && handle.value !== handle.dataset.suggested;
    handle.addEventListener("input", () => { own = handle.value !== ""; told(); });
    fields.name.addEventListener("input", () => {
      if (own) return;
      handle.value = fields.name.value.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
        .replace(/œ/g, "oe").replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 30);
      told();
    });
  }
  for (const button of document.querySelectorAll("[data-look]")) button.hidden = true;
  show();
}
