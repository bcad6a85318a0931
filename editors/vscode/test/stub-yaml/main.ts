// Stands in for redhat.vscode-yaml: the same language server, for the same language.

import type { ExtensionContext } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/node';

export async function activate(context: ExtensionContext): Promise<void> {
  const module = process.env.SIGWISE_TEST_YAML;
  if (!module) return;
  const server = { command: process.execPath, args: [module, '--stdio'] };
  const client = new LanguageClient('yaml', 'YAML', server, { documentSelector: [{ language: 'yaml' }] });
  context.subscriptions.push(client);
  await client.start();
}
