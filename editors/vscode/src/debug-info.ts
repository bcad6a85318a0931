// What a report of a mistake should say, for the clipboard. Nothing is sent anywhere.

import * as vscode from 'vscode';
import type { Server } from './server.ts';

/** Versions, platform, corpus and changed settings, in Markdown. */
export async function debugInfo(context: vscode.ExtensionContext, server: Server): Promise<string> {
  const { binary, reason, isRunning } = server;
  const corpus = isRunning ? await server.corpus().catch(String) : undefined;
  const configuration = vscode.workspace.getConfiguration('sigwise');
  const settings = Object.keys(context.extension.packageJSON.contributes.configuration.properties)
    .map((name) => name.replace(/^sigwise\./, ''))
    .filter((name) => {
      const { globalValue, workspaceValue } = configuration.inspect(name) ?? {};
      return globalValue !== undefined || workspaceValue !== undefined;
    })
    .map((name) => `\`${name}\`: \`${JSON.stringify(configuration.get(name))}\``);
  const editor = vscode.window.activeTextEditor?.document;
  const facts = {
    extension: context.extension.packageJSON.version,
    server: binary ? `${binary.version} (${binary.origin}: ${binary.command})` : 'none',
    state: reason ?? (isRunning ? 'running' : 'not running'),
    corpus:
      typeof corpus === 'object'
        ? `${corpus.rules} rules, ${corpus.date}, ${JSON.stringify(corpus.by_vendor)}`
        : corpus,
    editor: `${vscode.env.appName} ${vscode.version}${vscode.env.remoteName ? `, remote ${vscode.env.remoteName}` : ''}`,
    platform: `${process.platform} ${process.arch}`,
    trusted: vscode.workspace.isTrusted,
    folders: vscode.workspace.workspaceFolders?.length ?? 0,
    document: editor && `${editor.languageId}, ${editor.uri.scheme}, ${editor.lineCount} lines`,
    settings: settings.join(', ') || 'as they come',
  };
  const lines = Object.entries(facts).filter(([, value]) => value !== undefined);
  return `${lines.map(([name, value]) => `- ${name}: ${value}`).join('\n')}\n`;
}
