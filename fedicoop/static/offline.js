// Without a network: the pages that are still here, by their titles.
const list = document.querySelector("[data-kept]");
if (list) {
  for (const name of ["own pages", "open pages"]) {
    if (!(await caches.has(name))) continue;
    const shelf = await caches.open(name);
    for (const request of (await shelf.keys()).reverse()) {
      if (request.url.endsWith("/-/whose")) continue;
      const kept = await (await shelf.match(request, { ignoreVary: true })).text();
      const title = new DOMParser().parseFromString(kept, "text/html").querySelector("h1");
      const link = document.createElement("a");
      link.href = new URL(request.url).pathname + new URL(request.url).search;
      link.textContent = title?.textContent.trim() || link.pathname;
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
  }
  list.hidden = !list.children.length;
  list.previousElementSibling.hidden = list.hidden;
}
addEventListener("online", () => location.reload());
