// Findings, their fixes, and who gets none.

import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { api, checkOf, file, found, pause, place, SHELL, set, show, showText, type Test, until } from './harness.ts';

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
  {
    name: 'a quick fix is offered, preferred, and removes its finding',
    run: async () => {
      const document = await show(SHELL);
      await found(document);
      const range = place(document, 'filter_addins');
      const actions = await until('quick fixes', async () => {
        const actions = await quickFixes(document, range);
        return actions.length > 0 && actions;
      });
      const fix = actions.find(({ title }) => title.includes('replace `filter_addins` with `filter_addin`'));
      assert.ok(fix?.edit, actions.map(({ title }) => title).join(' | '));
      assert.ok(actions.some(({ title }) => title.startsWith('ignore `unknown-selection`')));
      await vscode.workspace.applyEdit(fix.edit);
      assert.ok(document.getText().includes('and not filter_addin\n'));
      await until('the finding goes', () => !checks(document).includes('unknown-selection'));
    },
  },
  {
    name: 'saving applies every safe fix',
    run: async () => {
      const document = await show(SHELL);
      await found(document);
      const before = document.getText();
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, place(document, 'level: high'), 'level: HIGH');
      edit.replace(document.uri, place(document, 'status: experimental'), 'status: Experimental');
      await vscode.workspace.applyEdit(edit);
      await until('findings of the new text', () => checks(document).length >= 5);
      await set('editor', 'codeActionsOnSave', { 'source.fixAll.sigwise': 'explicit' });
      await document.save();
      await set('editor', 'codeActionsOnSave', undefined);
      const saved = readFileSync(document.uri.fsPath, 'utf8');
      assert.equal(saved, document.getText());
      assert.match(saved, /^level: high$/m);
      assert.match(saved, /^status: experimental$/m);
      // What is not certain is left to the author.
      assert.ok(saved.includes('poweshell'));
      await vscode.workspace.fs.writeFile(document.uri, Buffer.from(before));
      await until('the file as it was', () => document.getText() === before);
    },
  },
  {
    name: 'the command Fix All does the same without saving',
    run: async () => {
      const document = await show('rules/windows/proc_creation_win_powershell_any.yml');
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, place(document, 'level: high'), 'level: High');
      await vscode.workspace.applyEdit(edit);
      await until('a finding of the new text', () => checks(document).length >= 2);
      await vscode.commands.executeCommand('sigwise.ui.fixAll');
      await until('the fix', () => /^level: high$/m.test(document.getText()));
    },
  },
  {
    name: 'other YAML is left alone',
    run: async () => {
      const document = await show('values.yaml');
      const before = document.getText();
      assert.equal(document.languageId, 'yaml');
      // A rule that is opened after it has been answered long after it.
      await found(await showText('title: x\ndetection:\n  a: b\n'));
      assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
      await show('values.yaml');
      const actions = await quickFixes(document, new vscode.Range(0, 0, 5, 0));
      assert.deepEqual(
        actions.map(({ title }) => title).filter((title) => /sigwise|ignore/.test(title)),
        [],
      );
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      assert.deepEqual(lenses, []);
      await vscode.commands.executeCommand('sigwise.ui.fixAll');
      assert.equal(document.getText(), before);
    },
  },
  {
    name: 'a document that is not saved has findings, and none once it is no rule',
    run: async () => {
      const document = await showText(
        'title: x\nlogsource:\n  product: windows\ndetection:\n  a:\n    b: c\n  condition: aa\n',
      );
      assert.equal(document.uri.scheme, 'untitled');
      assert.ok((await found(document)).has('unknown-selection'));
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, 10, 0), 'services: {}\n');
      await vscode.workspace.applyEdit(edit);
      await until('they go', () => checks(document).length === 0);
    },
  },
  {
    name: 'the minimum severity hides findings and their fixes, at once and back',
    run: async () => {
      const document = await show(SHELL);
      assert.ok((await found(document)).has('retired-attack-tag'));
      const all = checks(document).length;
      await set('sigwise', 'minimumSeverity', 'warning');
      await until('infos go', () => !checks(document).includes('retired-attack-tag'));
      assert.ok(checks(document).includes('unknown-selection'));
      const hidden = await quickFixes(document, place(document, 'attack.defense-evasion'));
      assert.deepEqual(
        hidden.filter(({ title }) => title.includes('retired-attack-tag')),
        [],
      );
      await set('sigwise', 'minimumSeverity', undefined);
      await until('infos come back', () => checks(document).length === all);
    },
  },
  {
    name: 'the language server of a YAML extension works on the same document, which stays YAML',
    run: async () => {
      await vscode.extensions.getExtension('sigwise-test.stub-yaml')?.activate();
      const document = await showText('title: x\ntitle: y\ndetection:\n  a:\n    b: c\n  condition: aa\n');
      const found = (source: string) =>
        vscode.languages.getDiagnostics(document.uri).some((diagnostic) => diagnostic.source === source);
      await until('findings of sigwise', () => found('sigwise'));
      // The other server may get its settings only after the document, and then says nothing before the next edit.
      await pause(1000);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(0, 0), '# edited\n');
      await vscode.workspace.applyEdit(edit);
      await until('findings of both', () => found('sigwise') && found('YAML'));
      assert.equal(document.languageId, 'yaml');
      assert.ok(checks(document).includes('unknown-selection'));
    },
  },
  {
    name: 'the language sigma of another extension is served, too',
    run: async () => {
      const uri = file('switched/rule.yml');
      await vscode.workspace.fs.copy(file(SHELL), uri, { overwrite: true });
      const document = await show('switched/rule.yml');
      await until('the other extension takes it', () => document.languageId === 'sigma');
      await until('findings under the new language', () => checks(document).includes('misspelled-value'));
      await pause(300);
      assert.equal(checks(document).filter((check) => check === 'misspelled-value').length, 1);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        place(document, 'ParentImage').start,
      );
      assert.ok(hovers.length > 0);
      await vscode.workspace.fs.delete(file('switched'), { recursive: true });
    },
  },
];

function checks(document: vscode.TextDocument): string[] {
  return vscode.languages.getDiagnostics(document.uri).map(checkOf);
}

async function quickFixes(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  const command = 'vscode.executeCodeActionProvider';
  return vscode.commands.executeCommand(command, document.uri, range, vscode.CodeActionKind.QuickFix.value);
}
