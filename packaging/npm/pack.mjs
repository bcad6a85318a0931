#!/usr/bin/env node
// Packs the npm packages: `pack.mjs PLATFORM BINARY FOLDER` one with the binary of a platform, `pack.mjs main FOLDER` the one that people
// install, which depends on all of them, each optional, and runs the one that npm chose. The version is Cargo.toml's.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// Linux packages carry the static binary of musl, which runs on every Linux.
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const [kind, ...rest] = process.argv.slice(2);
const main = kind === "main";
const binary = main ? undefined : rest.shift();
const folder = rest.shift();
if (folder === undefined || rest.length > 0 || !(main || PLATFORMS.includes(kind))) {
  console.error(`usage: pack.mjs PLATFORM BINARY FOLDER, or pack.mjs main FOLDER\nPLATFORM: ${PLATFORMS.join(" ")}`);
  process.exit(2);
}

const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1];
if (version === undefined) throw new Error("Cargo.toml names no version");
const common = {
  version,
  license: "MIT OR Apache-2.0",
  repository: { type: "git", url: "git+https://github.com/sigwise/sigwise.git" },
  homepage: "https://github.com/sigwise/sigwise",
};

const work = mkdtempSync(join(tmpdir(), "sigwise-npm-"));
try {
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, file), join(work, file));
  mkdirSync(join(work, "bin"));
  let manifest;
  if (main) {
    cpSync(join(here, "bin"), join(work, "bin"), { recursive: true });
    copyFileSync(join(root, "README.md"), join(work, "README.md"));
    manifest = {
      name: "sigwise",
      description: "A linter and language server for Sigma detection rules that knows what thousands of published rules do",
      keywords: ["sigma", "siem", "detection", "linter", "language-server"],
      ...common,
      bin: { sigwise: "bin/sigwise.js" },
      files: ["bin", "LICENSE-MIT", "LICENSE-APACHE"],
      engines: { node: ">=18" },
      optionalDependencies: Object.fromEntries(PLATFORMS.map((platform) => [`@sigwise/${platform}`, version])),
    };
  } else {
    const [os, cpu] = kind.split("-");
    const program = os === "win32" ? "sigwise.exe" : "sigwise";
    copyFileSync(binary, join(work, "bin", program));
    chmodSync(join(work, "bin", program), 0o755);
    writeFileSync(join(work, "README.md"), `The binary of [sigwise](https://www.npmjs.com/package/sigwise) for ${kind}.\n`);
    manifest = {
      name: `@sigwise/${kind}`,
      description: `The binary of sigwise for ${kind}`,
      ...common,
      os: [os],
      cpu: [cpu],
      files: ["bin", "LICENSE-MIT", "LICENSE-APACHE"],
      preferUnplugged: true,
    };
  }
  writeFileSync(join(work, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const output = resolve(folder);
  mkdirSync(output, { recursive: true });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", output], { cwd: work, stdio: "inherit" });
} finally {
  rmSync(work, { recursive: true, force: true });
}
