// The first layer: packs the test extension, installs it beside the real one, and reports what it finds inside the
// extension host.

import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { type CodeServer, type Home, required } from './code-server.ts';
import { report } from './report.ts';
import { makeWorkspace } from './workspace.ts';

/** How long all tests may take, in milliseconds. */
const PATIENCE = 240_000;

export async function runApi(browser: Browser, start: (home: Home) => Promise<CodeServer>): Promise<void> {
  const folder = join(required('SCRATCH'), 'api');
  const workspace = join(folder, 'workspace');
  const results = join(folder, 'results.jsonl');
  await makeWorkspace(workspace);
  await writeFile(results, '');
  const names = ['host', 'stub-sigma'];
  const packages = await Promise.all(names.map((name) => pack(name, join(folder, name))));
  const server = await start({
    folder,
    packages: [required('PACKAGE'), ...packages],
    env: { SIGWISE_TEST_RESULTS: results, SIGWISE_TEST_BIN: required('SIGWISE_BIN') },
  });
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(server.url(workspace));
  let shown = 0;
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(200)) {
    const lines = (await readFile(results, 'utf8')).split('\n').slice(0, -1);
    for (const line of lines.slice(shown)) {
      const result = JSON.parse(line);
      if (result.end) {
        await context.close();
        return;
      }
      report(result.name, result.why);
    }
    shown = lines.length;
  }
  throw new Error(`no end after ${PATIENCE / 1000} seconds and ${shown} tests; code-server: ${await server.said()}`);
}

/** Bundles and packs an extension of the tests. */
async function pack(name: string, folder: string): Promise<string> {
  const source = join(import.meta.dirname, '..', name);
  await mkdir(folder, { recursive: true });
  await cp(join(source, 'package.json'), join(folder, 'package.json'));
  await build({
    entryPoints: [join(source, 'main.ts')],
    outfile: join(folder, 'main.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  const file = join(folder, `${name}.vsix`);
  const vsce = join(import.meta.dirname, '../../node_modules/.bin/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file];
  await promisify(execFile)(vsce, ['package', ...options], { cwd: folder });
  return file;
}
