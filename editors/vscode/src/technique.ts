// Shows the server's page of a technique in a webview: in the editor's colours, without scripts and without anything from outside.

import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { type Subject, TECHNIQUE } from './protocol.ts';
import type { Server } from './server.ts';

/** The page's colours, each the editor's. */
const THEME = `:root {
  --fg: var(--vscode-editor-foreground); --bg: var(--vscode-editor-background);
  --dim: var(--vscode-descriptionForeground); --line: var(--vscode-editorWidget-border, var(--vscode-panel-border));
  --soft: var(--vscode-textCodeBlock-background); --link: var(--vscode-textLink-foreground); --bad: var(--vscode-errorForeground);
}
body { font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); }
body.vscode-dark { color-scheme: dark; }
body.vscode-light { color-scheme: light; }
code { color: inherit; font-family: var(--vscode-editor-font-family); }`;

export class TechniquePages implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  constructor(private readonly server: Server) {
    server.show(TECHNIQUE, (subject) => this.show(subject));
  }

  /** Shows the page of `subject.technique`, which the corpus of the document `subject.uri` is asked for. */
  async show({ uri, technique }: Subject): Promise<void> {
    if (!technique) return;
    const page = await this.server.technique(uri, technique);
    if (page === null) throw new Error('open a Sigma rule first: its corpus is asked');
    let panel = this.panels.get(technique);
    if (!panel) {
      panel = vscode.window.createWebviewPanel('sigwise.technique', technique, vscode.ViewColumn.Beside, {
        enableScripts: false,
        enableForms: false,
        enableCommandUris: false,
        enableFindWidget: true,
        localResourceRoots: [],
      });
      panel.onDidDispose(() => this.panels.delete(technique));
      this.panels.set(technique, panel);
    }
    panel.webview.html = themed(page);
    panel.reveal(undefined, true);
  }

  /** What is shown of a technique, if anything is. */
  html(technique: string): string | undefined {
    return this.panels.get(technique)?.webview.html;
  }

  dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
  }
}

/** The page with the editor's colours, and a policy that allows its style sheets by hash and nothing else. */
export function themed(page: string): string {
  const styled = page.replace('</head>', () => `<style>${THEME}</style>\n</head>`);
  const sheets = [...styled.matchAll(/<style>(.*?)<\/style>/gs)].map(([, sheet]) => sheet ?? '');
  const hashes = sheets.map((sheet) => `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`);
  const policy = `default-src 'none'; style-src ${hashes.join(' ')}; base-uri 'none'; form-action 'none'`;
  return styled
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/g, '')
    .replace('<head>', () => `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}
