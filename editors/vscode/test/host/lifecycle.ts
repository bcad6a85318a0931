// Starts, restarts and failures of the server, and settings that change while it runs.

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, checkOf, file, found, SHELL, set, show, type Test, until } from './harness.ts';

export const lifecycle: readonly Test[] = [
  {
    name: 'settings have the last word at once: ignore, profile, corpus',
    run: async () => {
      const document = await show(SHELL);
      await found(document);
      const checks = () => vscode.languages.getDiagnostics(document.uri).map(checkOf);
      await set('sigwise', 'ignore', ['unknown-selection']);
      await until('one finding less', () => checks().length > 0 && !checks().includes('unknown-selection'));
      await set('sigwise', 'ignore', undefined);
      await until('it comes back', () => checks().includes('unknown-selection'));
      await set('sigwise', 'profile', 'spec');
      await until('only the specification', () => checks().length > 0 && !checks().includes('retired-attack-tag'));
      await set('sigwise', 'profile', undefined);
      await until('the default', () => checks().includes('misspelled-value'));
      await set('sigwise', 'corpus', false);
      await until('no advice', () => checks().length > 0 && !checks().includes('misspelled-value'));
      await assert.rejects((await api()).server.advise(document.uri), /there is no corpus/);
      await set('sigwise', 'corpus', undefined);
      await until('advice', () => checks().includes('misspelled-value'));
    },
  },
  {
    name: 'a restart runs a new server, and findings come back',
    run: async () => {
      const { server } = await api();
      const document = await show(SHELL);
      await found(document);
      const before = await pids();
      assert.equal(before.length, 1);
      await vscode.commands.executeCommand('sigwise.ui.restart');
      assert.ok(server.isRunning);
      await found(document);
      const after = await until('one server', async () => {
        const after = await pids();
        return after.length === 1 && after;
      });
      assert.notDeepEqual(after, before);
    },
  },
  {
    name: 'a server that crashes is started again',
    run: async () => {
      const { server } = await api();
      const document = await show(SHELL);
      const [before] = await pids();
      assert.ok(before);
      process.kill(before, 'SIGKILL');
      await until(
        'another server',
        async () => {
          const after = await pids();
          return server.isRunning && after.length === 1 && after[0] !== before;
        },
        40_000,
      );
      assert.equal(server.reason, undefined);
      await found(document);
    },
  },
  {
    name: 'sigwise.path names another server, and a wrong one is told with what to do',
    run: async () => {
      const { server } = await api();
      const reasons: string[] = [];
      const listener = server.onDidFail((reason) => reasons.push(reason));
      const failure = async (path: string) => {
        const before = reasons.length;
        await set('sigwise', 'path', path);
        await until(`a failure with ${path}`, () => reasons.length > before);
        assert.ok(!server.isRunning);
        return reasons.at(-1) ?? '';
      };
      assert.match(await failure('/nowhere/sigwise'), /is not there.*sigwise\.path/);
      assert.match(await failure(file('values.yaml').fsPath), /executable.*sigwise\.path/);
      assert.match(await failure('/bin/echo'), /is not sigwise/);
      assert.match(await failure('/bin/false'), /cannot be run.*sigwise\.path/);
      // Commands stay, and say what is wrong instead of nothing.
      await vscode.commands.executeCommand('sigwise.ui.debugInfo');
      assert.match(await vscode.env.clipboard.readText(), /state: .*cannot be run/);
      listener.dispose();
      const other = process.env.SIGWISE_TEST_BIN ?? assert.fail();
      await set('sigwise', 'path', other);
      await until('it runs', () => server.isRunning && server.binary?.command === other);
      assert.equal(server.binary?.origin, 'setting');
      await found(await show(SHELL));
      await set('sigwise', 'path', undefined);
      await until('the bundled one', () => server.isRunning && server.binary?.origin === 'bundled');
    },
  },
  {
    name: 'messages are logged when they are asked for',
    run: async () => {
      const { server } = await api();
      await set('sigwise', 'trace.server', 'verbose');
      await until('a trace', () => server.traces);
      await set('sigwise', 'trace.server', undefined);
      await until('none', () => !server.traces);
    },
  },
];

/** The processes of the server. */
async function pids(): Promise<number[]> {
  const { readdirSync, readlinkSync } = await import('node:fs');
  const mine = (await api()).server.binary?.command;
  return readdirSync('/proc')
    .filter((name) => {
      try {
        return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/exe`) === mine;
      } catch {
        return false; // It has ended, or is a kernel's.
      }
    })
    .map(Number);
}
