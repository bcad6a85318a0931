// The test extension: runs every test inside the real extension host, one line of results each.

import { appendFileSync } from 'node:fs';
import { workspace } from 'vscode';
import { findings } from './findings.ts';
import { closeAll, pause, type Test } from './harness.ts';
import { language } from './language.ts';
import { lifecycle } from './lifecycle.ts';
import { untrusted } from './untrusted.ts';
import { views } from './views.ts';

const TRUSTED: readonly Test[] = [...findings, ...language, ...views, ...lifecycle];

export async function activate(): Promise<void> {
  const results = process.env.SIGWISE_TEST_RESULTS;
  if (!results) return;
  const say = (result: object) => appendFileSync(results, `${JSON.stringify(result)}\n`);
  for (const { name, run } of workspace.isTrusted ? TRUSTED : untrusted) {
    try {
      await Promise.race([run(), overdue()]);
      say({ name });
    } catch (error) {
      say({ name, why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    await Promise.race([closeAll(), pause(5000)]);
  }
  say({ end: true });
}

async function overdue(): Promise<never> {
  await pause(60_000);
  throw new Error('it took more than a minute');
}
