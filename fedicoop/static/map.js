// The map with script: Leaflet over what the page has drawn already.  Points, towns and tiles all come from this house.
const figure = document.querySelector("[data-map]");
if (figure && window.L) {
  const [south, west, north, east] = figure.dataset.frame.split(",").map(Number);
  const box = document.createElement("div");
  box.className = "map__live";
  figure.querySelector(".map__drawn").replaceWith(box);
  const map = L.map(box, { zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 14, zoomSnap: 0.5 });
  L.control.zoom({ zoomInTitle: figure.dataset.near, zoomOutTitle: figure.dataset.far }).addTo(map);
  map.fitBounds([[south, west], [north, east]]);
  if (figure.dataset.tiles) {
    L.tileLayer(figure.dataset.tiles, { maxZoom: 17 }).addTo(map);
    L.control.attribution({ prefix: false }).addAttribution(figure.dataset.credit).addTo(map);
  }
  const towns = L.layerGroup().addTo(map);
  const groups = L.layerGroup().addTo(map);
  const text = (words) => { const span = document.createElement("span"); span.textContent = words; return span; };
  const dot = (kind, count) => L.divIcon({
    className: `map__dot${kind === "need" ? " map__dot--need" : ""}${count > 1 ? " map__dot--many" : ""}`,
    html: text(count > 1 ? count : ""), iconSize: count > 9 ? [44, 44] : count > 1 ? [36, 36] : [28, 28],
  });
  let asked = 0;
  const draw = async () => {
    const turn = ++asked;
    const view = map.getBounds();
    const frame = [view.getSouth(), view.getWest(), view.getNorth(), view.getEast()].map((n) => n.toFixed(4)).join(",");
    const answer = await fetch(`${figure.dataset.points}&cadre=${frame}&zoom=${Math.round(map.getZoom())}`);
    if (!answer.ok || turn !== asked) return;
    const found = await answer.json();
    towns.clearLayers();
    if (!figure.dataset.tiles) {
      for (const town of found.towns) {
        L.marker(town.at, { interactive: false, keyboard: false, icon: L.divIcon({ className: "map__name", html: text(town.name), iconSize: [0, 0] }) }).addTo(towns);
      }
    }
    groups.clearLayers();
    for (const group of found.groups) {
      const title = group.title ?? `${group.count} ${figure.dataset.many}`;
      const marker = L.marker(group.at, { icon: dot(group.kind, group.count), alt: title, title, riseOnHover: true }).addTo(groups);
      marker.on("click", () => {
        if (group.key) location.href = figure.dataset.listing + group.key;
        else map.setView(group.at, Math.min(map.getZoom() + 2, 14));
      });
    }
  };
  map.on("moveend", draw);
  draw();
}
