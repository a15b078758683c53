// Builds the front end: theme and scripts become files with a content hash in their name, in ../static/dist,
// and manifest.json there maps each plain name to its hashed one.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const uswds = join(modules, "@uswds", "uswds");
const dist = join(here, "..", "static", "dist");

// The system's own sprite has 240 icons; a page loads only these.
const ICONS = [
  "account_circle", "add", "arrow_back", "arrow_forward", "bookmark", "check", "check_circle", "close", "delete", "edit",
  "error", "event", "expand_more", "file_download", "file_present", "filter_list", "flag", "forum", "group_add", "groups",
  "help", "history", "info", "insights", "language", "launch", "link", "location_on", "lock", "mail", "notifications",
  "people", "print", "remove", "schedule", "school", "search", "security", "send", "settings", "sort_arrow", "undo",
  "verified", "visibility", "warning", "work",
];

const manifest = {};

/** Write `content` under a hashed name and remember it as `name`. */
function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const ending = extname(name);
  const hashed = `${name.slice(0, -ending.length)}.${hash}${ending}`;
  writeFileSync(join(dist, hashed), content);
  manifest[name] = hashed;
  return hashed;
}

/** Where a url() of the style sheet lies on disk. */
function locate(url) {
  const fontsource = join(modules, "@fontsource", "noto-sans-devanagari", "files", basename(url));
  return url.startsWith("devanagari/") ? fontsource : join(uswds, "dist", url);
}

function styles() {
  const { css } = sass.compile(join(here, "theme.scss"), {
    style: "compressed",
    loadPaths: [join(uswds, "packages")],
    quietDeps: true,
  });
  const resolved = css.replace(/url\("([^"]+)"\)/g, (whole, url) => {
    if (url.startsWith("data:")) return whole;
    return `url("${manifest[basename(url)] ?? emit(basename(url), readFileSync(locate(url)))}")`;
  });
  emit("app.css", resolved);
}

function sprite() {
  const symbols = ICONS.map((icon) => {
    const svg = readFileSync(join(uswds, "dist", "img", "usa-icons", `${icon}.svg`), "utf8");
    const paths = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${icon}" viewBox="0 0 24 24">${paths}</symbol>`;
  });
  emit("sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

function scripts() {
  const withoutMap = (path) => readFileSync(path, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
  emit("htmx.js", withoutMap(join(modules, "htmx.org", "dist", "htmx.min.js")));
  for (const name of readdirSync(join(here, "js")).sort()) {
    emit(name, readFileSync(join(here, "js", name)));
  }
}

if (!existsSync(uswds)) {
  console.error("The packages are missing. Run: npm ci --ignore-scripts");
  process.exit(1);
}
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
styles();
sprite();
scripts();
emit("favicon.svg", readFileSync(join(here, "favicon.svg")));
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`Built ${Object.keys(manifest).length} files into app/static/dist`);
