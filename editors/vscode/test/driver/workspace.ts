// The folder that VS Code opens: the project's examples, and YAML that is none of ours.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes it anew, so that tests can change it. */
export async function makeWorkspace(folder: string): Promise<void> {
  await cp(join(import.meta.dirname, '../workspace'), folder, { recursive: true });
  await cp(join(import.meta.dirname, '../../../../examples'), join(folder, 'rules'), { recursive: true });
}
