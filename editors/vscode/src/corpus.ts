// Shows where the corpus comes from: sources, commits, dates, licences and counts, as a preview of a document that is in no file.

import * as vscode from 'vscode';
import { CORPUS_INFO } from './protocol.ts';
import type { Server } from './server.ts';

const PAGE = vscode.Uri.parse('sigwise-corpus:Corpus.md');

export class CorpusPage implements vscode.Disposable {
  private text = '';
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly provider = vscode.workspace.registerTextDocumentContentProvider(PAGE.scheme, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: () => this.text,
  });

  constructor(private readonly server: Server) {
    server.show(CORPUS_INFO, () => this.show());
  }

  /** Shows the corpus that the document in the editor asks, or else the first folder. */
  async show(): Promise<void> {
    this.text = await this.server.corpusText(vscode.window.activeTextEditor?.document.uri);
    this.changed.fire(PAGE);
    await vscode.commands.executeCommand('markdown.showPreview', PAGE);
  }

  dispose(): void {
    vscode.Disposable.from(this.provider, this.changed).dispose();
  }
}
