// The language status item: which sigwise runs, and how old and large its corpus is.

import * as vscode from 'vscode';
import { SELECTOR } from './documents.ts';
import type { Server } from './server.ts';

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem('sigwise', SELECTOR);
  private readonly listener: vscode.Disposable;

  constructor(private readonly server: Server) {
    this.item.name = 'sigwise';
    this.listener = server.onDidChange(() => void this.update());
    void this.update();
  }

  dispose(): void {
    vscode.Disposable.from(this.listener, this.item).dispose();
  }

  private async update(): Promise<void> {
    const { reason, binary, isRunning } = this.server;
    this.item.busy = !reason && !isRunning;
    this.item.text = binary ? `sigwise ${binary.version}` : 'sigwise';
    this.item.severity = reason ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    if (reason) {
      this.item.detail = 'did not start';
      this.item.command = { title: 'Show Output', command: 'sigwise.ui.output' };
    } else if (isRunning) {
      this.item.command = { title: 'Corpus Info', command: 'sigwise.ui.corpus' };
      this.item.detail = await this.server.corpus().then(
        ({ rules, date }) => `${rules.toLocaleString('en')} published rules, ${date ?? 'undated'}`,
        () => 'no corpus',
      );
    }
  }
}
