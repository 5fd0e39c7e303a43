// What an installed site does without a network: its frame, and the last pages that were read.
// Never kept: what is sent, what is administered, what waits for somebody.
const SHELL = __SHELL__;
const FRAME = `frame ${SHELL.join(" ")}`;
const OPEN = "open pages"; // as any visitor sees them
const OWN = "own pages"; // as a member sees them: gone when they sign out
const WHOSE = "/-/whose"; // on that shelf: a mark of the member whose they are
const READ = /^\/($|annonces$|l\/[^/]+$|@|coops$|tags\/|aide|help|about$|a-propos$)/;
const MOST = 40;

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const frame = await caches.open(FRAME);
    await frame.addAll(SHELL.map((path) => new Request(path, { credentials: "omit" })));
    await self.skipWaiting();
  })());
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("frame ") && name !== FRAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method !== "GET") {
    if (url.pathname === "/sortir") event.waitUntil(caches.delete(OWN));
    return;
  }
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (SHELL.includes(url.pathname)) event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
});

async function page(event, url) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keep(event.request, url, answer.clone()));
    return answer;
  } catch {
    const kept = READ.test(url.pathname) && ((await read(OWN, event.request)) || (await read(OPEN, event.request)));
    return kept || caches.match("/hors-ligne");
  }
}

async function read(name, request) {
  return (await caches.has(name)) && (await caches.open(name)).match(request, { ignoreVary: true });
}

async function keep(request, url, answer) {
  const own = answer.headers.get("x-signed-in");
  const mark = await read(OWN, WHOSE);
  if (!own || (mark && (await mark.text()) !== own)) await caches.delete(OWN); // the session is over, by whatever way, or another's
  const closed = !own && /no-store/.test(answer.headers.get("cache-control") || "");
  const page = answer.ok && !answer.redirected && /^text\/html/.test(answer.headers.get("content-type") || "");
  if (!page || closed || !READ.test(url.pathname)) return;
  const shelf = await caches.open(own ? OWN : OPEN);
  if (own) await shelf.put(WHOSE, new Response(own));
  await shelf.delete(request, { ignoreVary: true });
  await shelf.put(request, answer);
  const all = (await shelf.keys()).filter((kept) => !kept.url.endsWith(WHOSE));
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST)).map((old) => shelf.delete(old, { ignoreVary: true })));
}
