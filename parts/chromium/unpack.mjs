// Unpacks the browser, which comes compressed within its package, and what it needs
// where the system lacks it: node unpack.mjs PACKAGE DIRECTORY
import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [from, to] = process.argv.slice(2).map((path) => resolve(path));
const unpack = (name, into, mode) =>
  pipeline(createReadStream(join(from, "bin", name + ".br")), createBrotliDecompress(), createWriteStream(into, { mode }));

mkdirSync(to, { recursive: true });
await unpack("chromium", join(to, "chromium"), 0o755);
for (const name of ["al2023.tar", "swiftshader.tar", "fonts.tar"]) {
  const archive = join(to, name);
  await unpack(name, archive);
  execFileSync("tar", ["-xf", archive, "-C", to]);
}
writeFileSync(join(to, "fonts.conf"), `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(to, "fonts")}</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`);
