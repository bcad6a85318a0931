// Stands in for humpalum.sigma, which gives YAML that looks like a rule the language `sigma` when it is opened. Only below
// `switched/`, so that the other tests see what happens without it.

import * as vscode from 'vscode';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(change));
  vscode.workspace.textDocuments.forEach(change);
}

function change(document: vscode.TextDocument): void {
  const isRule = /^(title|logsource):/m.test(document.getText());
  if (document.languageId === 'yaml' && isRule && document.uri.path.includes('/switched/')) {
    void vscode.languages.setTextDocumentLanguage(document, 'sigma');
  }
}
