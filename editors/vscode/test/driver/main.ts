// Drives both layers: tests inside the extension host (api.ts), then a person's way through the window (ui.ts).
// `test/run api` or `test/run ui` runs one of them.

import { chromium } from 'playwright-core';
import { runApi } from './api.ts';
import { CodeServer, type Home } from './code-server.ts';
import { failed, report } from './report.ts';
import { runUi } from './ui.ts';

const running = new Set<CodeServer>();

/** Starts a VS Code that is ended whatever happens. */
async function start(home: Home): Promise<CodeServer> {
  const server = await CodeServer.start(home);
  running.add(server);
  return server;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const server of running) server.kill();
    report('suite', `it was ended by ${signal}`);
    process.exit(1);
  });
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
});
const [only] = process.argv.slice(2);
for (const [name, run] of [
  ['api', runApi],
  ['ui', runUi],
] as const) {
  if (only && only !== name) continue;
  try {
    await run(browser, start);
  } catch (error) {
    report(`${name} tests run to their end`, error instanceof Error ? (error.stack ?? '') : String(error));
  }
  for (const server of running) await server.stop();
  running.clear();
}
await browser.close();
process.exitCode = failed() > 0 ? 1 : 0;
