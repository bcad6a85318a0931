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

type Start = (home: Home) => Promise<CodeServer>;

export async function runApi(browser: Browser, start: Start): Promise<void> {
  const scratch = required('SCRATCH');
  const stubs = ['host', 'stub-sigma', 'stub-yaml'].map((name) => pack(name, join(scratch, 'stubs', name)));
  const [host = '', ...others] = await Promise.all(stubs);
  const env = { SIGWISE_TEST_BIN: required('SIGWISE_BIN'), SIGWISE_TEST_YAML: required('YAML_SERVER') };
  const folder = join(scratch, 'api');
  await run(browser, start, { folder, packages: [required('PACKAGE'), host, ...others], env });
  await run(browser, start, {
    folder: join(scratch, 'untrusted'),
    packages: [required('PACKAGE'), host],
    settings: { 'security.workspace.trust.startupPrompt': 'never' },
    trusted: false,
  });
}

/** Opens the workspace in a VS Code of its own, and reports what the test extension finds. */
async function run(browser: Browser, start: Start, home: Home): Promise<void> {
  const workspace = join(home.folder, 'workspace');
  const results = join(home.folder, 'results.jsonl');
  await makeWorkspace(workspace);
  if (home.trusted === false) {
    await mkdir(join(workspace, '.vscode'));
    await writeFile(join(workspace, '.vscode/settings.json'), '{ "sigwise.path": "/nowhere/evil" }');
  }
  await writeFile(results, '');
  const server = await start({ ...home, env: { ...home.env, SIGWISE_TEST_RESULTS: results } });
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
        return server.stop();
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
