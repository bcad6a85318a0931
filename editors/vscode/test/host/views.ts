// The extension's own views and commands.

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Node } from '../../src/peers/model.ts';
import { api, checkOf, file, found, pause, place, RUNDLL, SHELL, show, showText, type Test, until } from './harness.ts';

export const views: readonly Test[] = [
  {
    name: 'the tree Peers shows the rule in the editor, with places and links',
    run: async () => {
      const { peers } = await api();
      const document = await show(RUNDLL);
      const groups = await until('the tree of the rule', () => {
        const isShown = peers.shown?.uri.path === document.uri.path && peers.advice.length === 1;
        return isShown && peers.getChildren();
      });
      const group = (label: string): Node => groups.find((node) => node.label === label) ?? assert.fail(label);
      const indicator = group('Indicators').children?.find(({ label }) => label === '\\rundll32.exe');
      assert.match(indicator?.description ?? '', /^\d{2,} rules, Image\|endswith$/);
      assert.match(String(peers.getTreeItem(indicator ?? assert.fail()).tooltip), /techniques \(elastic \d+/);
      const [exclusion] = group('Exclusions').children ?? [];
      assert.match(exclusion?.description ?? '', /\d+ of \d+ peers|follows/);
      assert.ok(exclusion?.children?.every(({ target }) => target?.kind === 'link'));
      assert.match(group('Fields').children?.[0]?.description ?? '', /\d+ of \d+ rules/);
      const [similar] = group('Similar Rules').children ?? [];
      assert.ok(similar?.target?.kind === 'link' && /^https:/.test(similar.target.url));
      assert.ok(group('Techniques').children?.some(({ label }) => label === 'T1218.011'));
    },
  },
  {
    name: 'a click in the tree jumps to the value, also behind letters of several bytes',
    run: async () => {
      const { peers } = await api();
      const text =
        'title: "ö🦀 rule"\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n  a:\n    Image|endswith: \'\\ü🦀.exe\'\n    User: me\n  condition: a\n';
      const document = await showText(text);
      const node = await until('the tree', () => {
        const groups = peers.shown === document ? peers.getChildren() : [];
        return groups[0]?.children?.find(({ label }) => label === 'me');
      });
      const { command } = peers.getTreeItem(node);
      await show(SHELL);
      await peers.follow(document);
      await vscode.commands.executeCommand(command?.command ?? '', ...(command?.arguments ?? []));
      const editor = vscode.window.activeTextEditor;
      assert.equal(editor?.document, document);
      assert.equal(document.getText(editor?.selection), 'me');
    },
  },
  {
    name: 'of several rules in a file the tree shows each, and follows the text',
    run: async () => {
      const { peers } = await api();
      const rule = (name: string) =>
        `title: ${name}\nlogsource:\n  product: linux\ndetection:\n  a:\n    b: c\n  condition: a\n`;
      const document = await showText(`${rule('One')}---\n${rule('Two')}`);
      const titles = () => (peers.shown === document ? peers.getChildren().map(({ label }) => label) : []);
      await until('both rules', () => titles().join() === 'One,Two');
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, place(document, 'Two'), 'Second');
      await vscode.workspace.applyEdit(edit);
      await until('the new title', () => titles().join() === 'One,Second');
    },
  },
  {
    name: 'the page of a technique has no script, nothing from outside and a policy that says so',
    run: async () => {
      const { techniques, peers } = await api();
      await show(RUNDLL);
      await until('the rule', () => peers.advice.some((rule) => rule.techniques.includes('T1218.011')));
      await vscode.commands.executeCommand('sigwise.ui.technique', 'T1218.011');
      const html = techniques.html('T1218.011');
      assert.ok(html);
      const policies = html.match(/<meta http-equiv="Content-Security-Policy"[^>]*>/g);
      assert.equal(policies?.length, 1);
      assert.match(
        policies?.[0] ?? '',
        /content="default-src 'none'; style-src ('sha256-[^']+' ?)+; base-uri 'none'; form-action 'none'"/,
      );
      assert.doesNotMatch(html, /<script|<img|<link|<iframe|\son\w+=|url\(|@import/i);
      assert.match(html, /--bg: var\(--vscode-editor-background\)/);
      await until('its tab', () =>
        vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).some(({ label }) => label === 'T1218.011'),
      );
      await vscode.commands.executeCommand('sigwise.technique', { uri: file(RUNDLL).toString(), technique: 'T1003' });
      assert.match(
        (await until('the page of a lens', () => techniques.html('T1003'))).slice(0, 600),
        /<!DOCTYPE html>/,
      );
    },
  },
  {
    name: 'a new rule has an id of its own, the date of today and no error',
    run: async () => {
      await vscode.commands.executeCommand('sigwise.ui.newRule');
      const document = vscode.window.activeTextEditor?.document ?? assert.fail();
      assert.equal(document.uri.scheme, 'untitled');
      assert.equal(document.languageId, 'yaml');
      const text = document.getText();
      const now = new Date();
      const today = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
      assert.match(text, /^id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/m);
      assert.match(text, new RegExp(`^date: ${today}$`, 'm'));
      assert.match(text, /^ {8}Image\|endswith: '\\program.exe'$/m);
      assert.match(text, /^level: medium$/m);
      const { peers } = await api();
      await until('it is a rule', () => peers.shown === document && peers.advice.length === 1);
      await pause(300);
      const bad = vscode.languages.getDiagnostics(document.uri).filter(({ severity }) => severity <= 1);
      assert.deepEqual(bad.map(checkOf), []);
    },
  },
  {
    name: 'the corpus is told with its sources and licences',
    run: async () => {
      const { server } = await api();
      const { rules, date } = await server.corpus();
      assert.ok(rules > 7000 && /^\d{4}-\d{2}-\d{2}$/.test(date ?? ''));
      await vscode.commands.executeCommand('sigwise.ui.corpus');
      const page = await until('the page', () =>
        vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'sigwise-corpus'),
      );
      assert.match(page.getText(), /SigmaHQ.*Detection Rule License/s);
    },
  },
  {
    name: 'debug info names versions, corpus and platform, and no text of the rule',
    run: async () => {
      await found(await show(SHELL));
      await vscode.env.clipboard.writeText('');
      await vscode.commands.executeCommand('sigwise.ui.debugInfo');
      const said = await vscode.env.clipboard.readText();
      assert.match(said, /^- extension: \d+\.\d+\.\d+$/m);
      assert.match(said, /^- server: \d+\.\d+\.\d+ \(bundled: .*\/bin\/sigwise\)$/m);
      assert.match(said, /^- corpus: \d+ rules/m);
      assert.ok(said.includes(`- platform: ${process.platform}`));
      assert.doesNotMatch(said, /WINWORD|Office/);
    },
  },
  {
    name: 'every command is registered once, and none of the extension under a name of the server',
    run: async () => {
      const all = await vscode.commands.getCommands(true);
      const contributed = vscode.extensions.getExtension('sigwise.sigwise')?.packageJSON.contributes.commands;
      for (const { command } of contributed as { command: string }[]) {
        assert.match(command, /^sigwise\.ui\./);
        assert.ok(all.includes(command), command);
      }
      for (const command of ['sigwise.technique', 'sigwise.advise', 'sigwise.showCorpusInfo']) {
        assert.ok(all.includes(command), command);
      }
    },
  },
];
