// Findings, their fixes, and who gets none.

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, found, place, SHELL, show, type Test } from './harness.ts';

export const findings: readonly Test[] = [
  {
    name: 'the extension activates and runs the server of its package',
    run: async () => {
      const { server } = await api();
      assert.equal(server.reason, undefined);
      assert.ok(server.isRunning);
      assert.equal(server.binary?.origin, 'bundled');
    },
  },
  {
    name: 'findings stand at their tokens, with links to their checks',
    run: async () => {
      const document = await show(SHELL);
      const finding = (await found(document)).get('unknown-selection');
      assert.ok(finding);
      assert.equal(finding.source, 'sigwise');
      assert.equal(finding.severity, vscode.DiagnosticSeverity.Error);
      assert.deepEqual(finding.range, place(document, 'filter_addins'));
      assert.ok(typeof finding.code === 'object');
      assert.match(String(finding.code.target), /^https:.*unknown-selection/);
      assert.match(finding.relatedInformation?.[0]?.message ?? '', /did you mean/);
    },
  },
];
