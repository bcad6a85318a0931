// Hides findings below the severity that the user wants to see; the server goes on sending all of them.

import * as vscode from 'vscode';

type Publish = (uri: vscode.Uri, diagnostics: vscode.Diagnostic[]) => void;

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Stands between the server's findings and the editor. */
export class SeverityFilter implements vscode.Disposable {
  private readonly published = new Map<string, { uri: vscode.Uri; diagnostics: vscode.Diagnostic[]; next: Publish }>();
  private readonly listener = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('sigwise.minimumSeverity')) return;
    for (const { uri, diagnostics, next } of this.published.values()) next(uri, this.shown(diagnostics));
  });

  /** Publishes what is severe enough, and keeps all of it for when the setting changes. */
  publish(uri: vscode.Uri, diagnostics: vscode.Diagnostic[], next: Publish): void {
    if (diagnostics.length > 0) this.published.set(uri.toString(), { uri, diagnostics, next });
    else this.published.delete(uri.toString());
    next(uri, this.shown(diagnostics));
  }

  /** Leaves out the fixes of what is hidden. */
  actions(actions: (vscode.Command | vscode.CodeAction)[]): (vscode.Command | vscode.CodeAction)[] {
    return actions.filter((action) => {
      const about = 'diagnostics' in action ? action.diagnostics : undefined;
      return !about?.length || this.shown(about).length > 0;
    });
  }

  /** Forgets what a server sent that has ended. */
  clear(): void {
    this.published.clear();
  }

  dispose(): void {
    this.listener.dispose();
  }

  private shown(diagnostics: vscode.Diagnostic[]): vscode.Diagnostic[] {
    const setting = vscode.workspace
      .getConfiguration('sigwise')
      .get<keyof typeof SEVERITIES>('minimumSeverity', 'hint');
    const least = SEVERITIES[setting] ?? SEVERITIES.hint;
    return diagnostics.filter((diagnostic) => diagnostic.severity <= least);
  }
}
