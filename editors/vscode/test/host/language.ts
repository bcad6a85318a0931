// What is offered beside findings: completion, hovers, hints, lenses, rename.

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { place, RUNDLL, SHELL, set, show, type Test, until } from './harness.ts';

export const language: readonly Test[] = [
  {
    name: 'completion offers fields in the order of what peers use',
    run: async () => {
      const document = await show(SHELL);
      const edit = new vscode.WorkspaceEdit();
      const filter = place(document, '    filter_addin:\n');
      edit.insert(document.uri, filter.end, '        \n');
      await vscode.workspace.applyEdit(edit);
      const at = filter.end.translate(0, 8);
      const { items } = await ask<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, at);
      const ours = items.filter(({ sortText }) => /^\d{5}$/.test(sortText ?? ''));
      const labels = ours.map(({ label }) => (typeof label === 'string' ? label : label.label));
      assert.ok(labels.indexOf('CommandLine') >= 0, labels.slice(0, 10).join());
      assert.ok(labels.indexOf('CommandLine') < 5, labels.slice(0, 10).join());
      assert.deepEqual(
        ours.map(({ sortText }) => sortText),
        ours.map(({ sortText }) => sortText).sort(),
      );
      const [first] = ours;
      assert.ok(typeof first?.label === 'object' && /\d+ of \d+ rules/.test(first.label.description ?? ''));
    },
  },
  {
    name: 'a hover tells who looks for a value',
    run: async () => {
      const document = await show(RUNDLL);
      const at = place(document, 'rundll32.exe').start;
      const hovers = await ask<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
      const said = hovers.flatMap(({ contents }) => contents.map((c) => (typeof c === 'string' ? c : c.value)));
      assert.match(said.join('\n'), /\d+ (other )?rules/);
    },
  },
  {
    name: 'hints behind values come and go with their setting',
    run: async () => {
      const document = await show(RUNDLL);
      const whole = new vscode.Range(0, 0, document.lineCount, 0);
      const hints = () => ask<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole);
      assert.deepEqual(await hints(), []);
      await set('sigwise', 'inlayHints', true);
      const shown = await until('hints', async () => {
        const shown = await hints();
        return shown.length > 0 && shown;
      });
      assert.ok(shown.some(({ label }) => /^\d+ other rules$/.test(String(label))));
      await set('sigwise', 'inlayHints', undefined);
      await until('no hints', async () => (await hints()).length === 0);
    },
  },
  {
    name: 'lenses stand at the title and at techniques, and go with their setting',
    run: async () => {
      const document = await show(RUNDLL);
      const lenses = () => ask<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
      const commands = (await lenses()).map(({ command }) => command?.command);
      assert.ok(commands.includes('sigwise.advise') && commands.includes('sigwise.technique'), commands.join());
      await set('sigwise', 'codeLens', false);
      await until('no lenses', async () => (await lenses()).length === 0);
      await set('sigwise', 'codeLens', undefined);
      await until('lenses again', async () => (await lenses()).length > 0);
    },
  },
  {
    name: 'a selection is renamed where it stands and in the condition',
    run: async () => {
      const document = await show(SHELL);
      const at = place(document, 'selection_child').start;
      const command = 'vscode.executeDocumentRenameProvider';
      const edit = await ask<vscode.WorkspaceEdit>(command, document.uri, at, 'selection_shell');
      await vscode.workspace.applyEdit(edit);
      const text = document.getText();
      assert.equal(text.match(/selection_shell/g)?.length, 2);
      assert.ok(!text.includes('selection_child'));
    },
  },
];

function ask<T>(command: string, ...args: unknown[]): Thenable<T> {
  return vscode.commands.executeCommand<T>(command, ...args);
}
