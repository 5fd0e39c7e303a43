// What became of a listing out there, looked at again while it changes: every 3 seconds at first, then ever
// more seldom, for a quarter of an hour, and only while the page is seen.  Without this file one reloads.
const LONGEST = 15 * 60 * 1000;
const begun = Date.now();
let pause = 3000;

async function look() {
  const here = document.getElementById("echoes");
  if (!here || Date.now() - begun > LONGEST) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(here.dataset.echoes, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("echoes");
      if (fresh && fresh.innerHTML !== here.innerHTML) {
        if (!here.contains(document.activeElement)) here.replaceWith(fresh);
        pause = 3000;
      } else pause = Math.min(pause * 1.3, 30000);
    } catch { pause = Math.min(pause * 2, 60000); }
  }
  setTimeout(look, pause);
}
setTimeout(look, pause);
