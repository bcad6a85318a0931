#!/usr/bin/env node
// Runs the sigwise of this platform, which came as an optional dependency, with the same arguments, streams and exit code.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "sigwise.exe" : "sigwise";
let binary;
try {
  binary = require.resolve(`@sigwise/${platform}/bin/${program}`);
} catch {
  console.error(
    `sigwise: the package @sigwise/${platform} is not installed. Install without --omit=optional and --no-optional; ` +
      "if there is no such package for this platform, build sigwise with `cargo install`.",
  );
  process.exit(2);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// A terminal signals the child itself; what only this process is told is passed on, and the child decides.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`sigwise: ${binary} cannot be run: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
