// What was shown for a moment, in sight, is no longer new.  Without this file a button says so.
const form = document.querySelector("[data-seen]");
if (form) {
  let timer;
  const wait = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible" && !document.prerendering) timer = setTimeout(tell, 1500);
  };
  const tell = async () => {
    document.removeEventListener("visibilitychange", wait);
    const values = new URLSearchParams(new FormData(form));
    values.set("first", form.dataset.seen);
    values.set("quiet", "1");
    const answer = await fetch(form.action, { method: "POST", body: values, keepalive: true }).catch(() => null);
    if (answer?.ok) document.querySelector(".nav__count")?.remove();
  };
  document.addEventListener("visibilitychange", wait);
  wait();
}
