// Copies the parts of a page that come from elsewhere into static/vendor and gathers the icons named in
// components/icons.txt into components/icons.json. Run by `npm run assets`; the results are committed.
import fs from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const modules = path.resolve(here, "../../../node_modules");
const vendor = path.join(here, "static/vendor");

const copies = {
  "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "tom-select/dist/js/tom-select.base.min.js": "tom-select.min.js",
  "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
};
const licences = ["@tabler/core", "@tabler/icons", "htmx.org", "tom-select"];

// The maps are not shipped, and a name without a file would stop collectstatic.
const withoutMap = (text) => text.replace(/\n?(\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*)\s*$/, "\n");

function copyVendor() {
  fs.mkdirSync(vendor, { recursive: true });
  for (const [from, to] of Object.entries(copies))
    fs.writeFileSync(path.join(vendor, to), withoutMap(fs.readFileSync(path.join(modules, from), "utf8")));
  const notes = licences.map((name) => {
    const about = JSON.parse(fs.readFileSync(path.join(modules, name, "package.json"), "utf8"));
    const file = fs.readdirSync(path.join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
    const words = file ? fs.readFileSync(path.join(modules, name, file), "utf8").trim() : "";
    return `${name} ${about.version} (${about.license})\n\n${words}\n`;
  });
  fs.writeFileSync(path.join(vendor, "LICENCES.txt"), notes.join("\n" + "-".repeat(78) + "\n\n"));
}

function gatherIcons() {
  const names = fs.readFileSync(path.join(here, "components/icons.txt"), "utf8").split(/\s+/).filter(Boolean).sort();
  const icons = {};
  for (const name of new Set(names)) {
    const file = path.join(modules, "@tabler/icons/icons", name.includes("/") ? `${name}.svg` : `outline/${name}.svg`);
    icons[name] = fs.readFileSync(file, "utf8")
      .replace(/<!--[\s\S]*?-->/g, "").replace(/<\/?svg[^>]*>/g, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s+/g, " ").replaceAll("> <", "><").replaceAll(" />", "/>").trim();
  }
  fs.writeFileSync(path.join(here, "components/icons.json"), JSON.stringify(icons, null, 0).replaceAll('","', '",\n"') + "\n");
  return Object.keys(icons).length;
}

copyVendor();
console.log(`${Object.keys(copies).length} files, ${gatherIcons()} icons`);
