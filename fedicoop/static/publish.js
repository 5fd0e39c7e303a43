// The comforts of the form of a listing: photos made small before they leave, the draft kept while one types,
// the preview beside it.  Without this file the buttons of the form do all of it.
const form = document.getElementById("publish");
const SHELF = "fedicoop:draft";
const SIDE = 1600; // pixels: what the house keeps of a photo

function shelf() {
  try { return JSON.parse(localStorage.getItem(SHELF)); } catch { return null; }
}
function forget() {
  try { localStorage.removeItem(SHELF); } catch { /* a browser that keeps nothing has nothing to forget */ }
}
if (!form) forget(); // the page that says it is online

if (form) {
  const words = document.getElementById("words").dataset;
  const state = form.querySelector("[data-state]");
  const looks = document.querySelector("[data-looks]");
  const found = document.getElementById("found-here");
  form.classList.add("scripted");

  const beside = (piece) => {
    const url = new URL(form.action);
    url.pathname += `/${piece}`;
    return url;
  };
  const content = () => {
    const data = new FormData(form);
    data.delete("photos");
    return data;
  };
  const html = (text) => document.createRange().createContextualFragment(text);
  async function ask(piece, data) {
    const answer = await fetch(beside(piece), { method: "POST", body: data, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // What is typed stays on this device until the house has it: a lost network and a closed tab lose nothing.
  function keepHere() {
    const values = [...content()].filter(([name]) => name !== "form_token");
    try {
      localStorage.setItem(SHELF, JSON.stringify({ path: new URL(form.action).pathname, member: words.member, values }));
    } catch { /* no room, or not allowed: the house keeps it all the same */ }
  }

  let timer;
  let number = 0;
  function typed() {
    clearTimeout(timer);
    timer = setTimeout(() => save(), 800);
  }
  async function save(wish) {
    const mine = ++number;
    const data = content();
    if (wish) data.set(wish, "yes"); // `look`: only to see; `photos`: with those that the house has
    if (wish !== "look") keepHere();
    try {
      const pieces = await ask("apercu", data);
      if (mine !== number) return;
      if (pieces.saved) forget();
      looks.replaceChildren(html(pieces.looks));
      const chosen = form.elements.category.selectedOptions[0];
      form.querySelector("[data-guess]").textContent = pieces.guess;
      if (!chosen.value) form.querySelector(".guess").open = false;
      if (pieces.photos) show(pieces.photos);
      showAsks(pieces.asks);
      state.textContent = pieces.saved;
    } catch (problem) {
      if (mine !== number) return;
      state.textContent = /^40[13]/.test(problem.message) ? words.out : words.offline;
    }
  }
  form.addEventListener("input", (event) => { if (event.target.type !== "file") typed(); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file") typed(); });

  // Photos: made small here, upright, without what the camera wrote into them; sent one by one.
  async function smaller(file) {
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      image.close();
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", .86); });
      return { canvas, file: blob ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file };
    } catch {
      return { file }; // what this browser cannot draw, the house may; and if not, it says why
    }
  }
  const field = () => document.getElementById("f-photos");
  function show(text) {
    const at = document.activeElement?.id;
    field().replaceWith(html(text));
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
  }
  function coming({ canvas }) {
    const item = document.createElement("li");
    item.className = "shot shot--coming";
    item.append(canvas ?? document.createElement("span"), Object.assign(document.createElement("p"), { className: "shot__text", textContent: words.coming }));
    let list = field().querySelector(".pics__list");
    if (!list) {
      list = Object.assign(document.createElement("ol"), { className: "pics__list" });
      field().querySelector(".pics__add").before(list);
    }
    list.append(item);
    state.textContent = words.coming;
  }
  let sending = Promise.resolve();
  let waiting = 0;
  function send(files) {
    waiting += files.length;
    for (const file of files) {
      sending = sending.then(async () => {
        const small = await smaller(file);
        coming(small);
        const data = content();
        data.set("do", "photos");
        data.append("photos", small.file, small.file.name);
        try {
          const pieces = await ask("photos", data);
          const wrong = [...field().querySelectorAll(".field__wrong")].map((one) => one.cloneNode(true));
          show(pieces.photos);
          field().querySelector(".field__hint").after(...wrong);
          state.textContent = "";
        } catch {
          field().querySelector(".shot--coming")?.remove();
          state.textContent = words.failed;
        }
        waiting -= 1;
        if (!waiting) typed();
      });
    }
  }
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file" || !event.target.files.length) return;
    send([...event.target.files]);
    event.target.value = "";
  });
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("#f-photos button[name=do]");
    if (!button || button.value === "photos") return;
    event.preventDefault();
    const data = content();
    data.set("do", button.value);
    try {
      show((await ask("photos", data)).photos);
      (field().querySelector(`button[value="${button.value}"]`) ?? field().querySelector("input:not([type=hidden])"))?.focus();
      typed();
    } catch { state.textContent = words.failed; }
  });

  // The questions are buttons that write their line into the description.
  function showAsks(text) {
    if (text !== undefined) form.querySelector("[data-asks]").replaceChildren(html(text));
    for (const one of form.querySelectorAll(".ask")) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.textContent });
      one.replaceChildren(button);
      button.addEventListener("click", () => {
        const area = form.elements.text;
        area.value = `${area.value.trimEnd()}${area.value.trim() ? "\n" : ""}${one.textContent.replace(/[\s?]+$/, "")}${document.documentElement.lang === "fr" ? "\u00a0" : ""}: `;
        area.focus();
        area.setSelectionRange(area.value.length, area.value.length);
        typed();
      });
    }
  }
  showAsks();

  // The slider is another way to the three choices of how precise the place is.
  const steps = [...form.querySelectorAll("[name=precision]")];
  const scale = Object.assign(document.createElement("input"), { type: "range", className: "scale", min: 0, max: 2, step: 1, tabIndex: -1 });
  scale.setAttribute("aria-hidden", "true");
  const settle = () => { scale.value = Math.max(0, steps.findIndex((one) => one.checked)); };
  steps[0].closest(".picks__in").before(scale);
  scale.addEventListener("input", () => { steps[scale.value].checked = true; typed(); });
  for (const one of steps) one.addEventListener("change", settle);
  settle();

  // “Preview” goes to the preview that is already there.
  form.querySelector(".publish__preview").addEventListener("click", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    await save();
    const shown = looks.querySelector(".looks");
    shown?.scrollIntoView({ block: "start" });
    shown?.querySelector("h2").setAttribute("tabindex", "-1");
    shown?.querySelector("h2").focus({ preventScroll: true });
  });

  // Publishing waits for the photos that are still on their way.
  addEventListener("submit", async (event) => {
    if (event.target !== form) return;
    clearTimeout(timer);
    number += 1;
    keepHere();
    if (!waiting) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await sending;
    form.requestSubmit(event.submitter);
  }, true);

  // What could not be sent the last time waits on this device.
  const kept = shelf();
  if (kept && kept.path === new URL(form.action).pathname && kept.member === words.member && !document.getElementById("faults")) {
    const before = new Map(kept.values);
    const stale = form.elements.as_of && before.get("as_of") !== form.elements.as_of.value;
    const something = ["title", "text"].some((name) => before.get(name)?.trim());
    const now = new Map(content());
    const same = kept.values.every(([name, value]) => name === "draft" || (now.get(name) ?? "") === value);
    if (stale || same || !something) forget();
    else {
      found.hidden = false;
      document.querySelector(`[data-begun="${before.get("draft")}"]`)?.remove(); // the same one, as it was before
    }
    found.querySelector("[data-restore]").addEventListener("click", () => {
      for (const [name, value] of kept.values) {
        for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
          if (one.type === "radio" || one.type === "checkbox") one.checked = one.value === value;
          else if (one.type !== "file") one.value = value;
        }
      }
      settle();
      found.hidden = true;
      form.elements.title.focus();
      save("photos");
    });
    found.querySelector("[data-discard]").addEventListener("click", () => { forget(); found.hidden = true; });
  }
  if (form.elements.title.value || form.elements.text.value) save("look");
}
