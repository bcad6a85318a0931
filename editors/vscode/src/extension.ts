// Where VS Code begins and ends the extension: everything is made here, and knows only what it is given.

import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { CorpusPage } from './corpus.ts';
import { isRuleLanguage } from './documents.ts';
import { explainFailure } from './failure.ts';
import { PeersView } from './peers/view.ts';
import { Server } from './server.ts';
import { StatusItem } from './status.ts';
import { TechniquePages } from './technique.ts';

/** What `activate` returns: for tests, and no promise to other extensions. */
export interface Api {
  readonly server: Server;
  readonly peers: PeersView;
  readonly techniques: TechniquePages;
}

/** Starts the server. A server that does not start is told to the user, and does not fail the activation: commands stay. */
export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const output = vscode.window.createOutputChannel('sigwise', { log: true });
  const server = new Server(context, output);
  const techniques = new TechniquePages(server);
  const peers = new PeersView(server);
  const corpus = new CorpusPage(server);
  const status = new StatusItem(server);
  context.subscriptions.push(
    output,
    server,
    techniques,
    peers,
    status,
    corpus,
    server.onDidFail((reason) => void explainFailure(reason, output)),
    registerCommands({ context, output, server, techniques, peers, corpus }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sigwise.path')) void server.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      // Only now the workspace's `sigwise.path` can be read.
      if (vscode.workspace.getConfiguration('sigwise').inspect('path')?.workspaceValue) void server.restart();
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor && isRuleLanguage(editor.document)) peers.follow(editor.document);
    }),
  );
  await server.start();
  const editor = vscode.window.activeTextEditor;
  if (editor && isRuleLanguage(editor.document)) peers.follow(editor.document);
  return { server, peers, techniques };
}
