// Put right what Solara's page leaves out, and remember what the visitor chose to see.
document.documentElement.lang = "en-GB";
document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1";

// What the visitor chose, by name, for as long as the page lasts; the browser keeps it for longer where it may.
const chosen = {};

window.market = {
  // Colours ("light", "dark") and size ("normal", "large") live on the page's root; charts listen and draw again.
  show(name, value) {
    document.documentElement.dataset[name] = value;
    window.dispatchEvent(new Event("market-look"));
  },
  choose(name, value) {
    chosen[name] = value;
    try {
      localStorage.setItem(`market-${name}`, value);
    } catch {
      // a browser that keeps nothing: the choice lasts as long as the page
    }
    window.market.show(name, value);
  },
  chosen(name) {
    return chosen[name];
  },
};

for (const [name, first] of [["theme", "light"], ["size", "normal"]]) {
  let kept = null;
  try {
    kept = localStorage.getItem(`market-${name}`);
  } catch {
    // as above
  }
  chosen[name] = kept || first;
  document.documentElement.dataset[name] = chosen[name];
}

window.market.download = (name, address) => {
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
};
