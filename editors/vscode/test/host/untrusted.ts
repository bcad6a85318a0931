// What holds in a workspace that the user does not trust; its settings name a server.

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, found, SHELL, show, type Test } from './harness.ts';

export const untrusted: readonly Test[] = [
  {
    name: 'in an untrusted workspace rules are linted, and its sigwise.path is not run',
    run: async () => {
      assert.ok(!vscode.workspace.isTrusted);
      assert.equal(vscode.workspace.getConfiguration('sigwise').inspect('path')?.workspaceValue, undefined);
      const { server } = await api();
      assert.equal(server.reason, undefined);
      assert.equal(server.binary?.origin, 'bundled');
      assert.ok((await found(await show(SHELL))).has('unknown-selection'));
    },
  },
];
