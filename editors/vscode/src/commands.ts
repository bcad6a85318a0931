// What the command palette offers. Each command is one line here and does its work elsewhere.

import * as vscode from 'vscode';
import type { CorpusPage } from './corpus.ts';
import { debugInfo } from './debug-info.ts';
import type { Target } from './peers/model.ts';
import type { PeersView } from './peers/view.ts';
import type { Server } from './server.ts';
import type { TechniquePages } from './technique.ts';
import { newRule } from './template.ts';

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly output: vscode.LogOutputChannel;
  readonly server: Server;
  readonly techniques: TechniquePages;
  readonly peers: PeersView;
  readonly corpus: CorpusPage;
}

/** Registers all of them. */
export function registerCommands(parts: Parts): vscode.Disposable {
  const { context, output, server, peers, corpus } = parts;
  const commands = {
    restart: () => server.restart(),
    output: () => output.show(),
    fixAll: () => fixAll(),
    technique: (id?: unknown) => showTechnique(parts, typeof id === 'string' ? id : undefined),
    peers: () => peers.show(),
    newRule: () => newRule(),
    corpus: () => corpus.show(),
    debugInfo: async () => {
      await vscode.env.clipboard.writeText(await debugInfo(context, server));
      vscode.window.setStatusBarMessage('$(check) sigwise: debug info copied', 4000);
    },
    open: (target: Target) => peers.open(target),
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`sigwise.ui.${name}`, async (argument) => {
      try {
        await run(argument);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        output.error(`${name}: ${message}`);
        void vscode.window.showErrorMessage(`sigwise: ${message}`);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

async function fixAll(): Promise<void> {
  await vscode.commands.executeCommand('editor.action.codeAction', { kind: 'source.fixAll.sigwise', apply: 'first' });
}

async function showTechnique({ peers, techniques }: Parts, id: string | undefined): Promise<void> {
  const document = peers.shown;
  if (!document) throw new Error('open a Sigma rule first: its corpus is asked');
  const technique = id ?? (await pickTechnique(peers));
  if (technique) await techniques.show({ uri: document.uri.toString(), technique });
}

/** Lets the user choose among the techniques of the rule and of rules like it, or type another one. */
async function pickTechnique(peers: PeersView): Promise<string | undefined> {
  const own = peers.advice.flatMap((rule) => rule.techniques.map((label) => ({ label, description: 'of this rule' })));
  const others = peers.advice.flatMap((rule) =>
    rule.techniques_suggested.map(({ id, name }) => ({ label: id, description: name ?? '' })),
  );
  const items = [...new Map([...others, ...own].map((item) => [item.label, item])).values()].reverse();
  const pick = vscode.window.createQuickPick();
  pick.placeholder = 'A technique of ATT&CK, such as T1218.011';
  pick.items = items;
  pick.onDidChangeValue((value) => {
    const typed = value.trim().toUpperCase();
    const isNew = /^T\d{4}(\.\d{3})?$/.test(typed) && !items.some(({ label }) => label === typed);
    pick.items = isNew ? [{ label: typed }, ...items] : items;
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      pick.onDidAccept(() => resolve(pick.activeItems[0]?.label));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}
