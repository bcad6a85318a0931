// The view *Peers*: follows the rule in the editor, and leads to its lines, to published rules and to pages of techniques.

import * as vscode from 'vscode';
import { ADVISE, type Advice, SIMILAR, type Subject } from '../protocol.ts';
import type { Server } from '../server.ts';
import { type Node, type Target, tree } from './model.ts';

/** So long after the last keystroke the tree is built again, in milliseconds. */
const PAUSE = 400;

export class PeersView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  private readonly view: vscode.TreeView<Node>;
  private readonly disposables: vscode.Disposable[];
  /** What the editor shows. */
  private wanted: vscode.TextDocument | undefined;
  /** What the tree shows: the answer about a document comes later than the document. */
  private document: vscode.TextDocument | undefined;
  private rules: readonly Advice[] = [];
  private nodes: readonly Node[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Counts questions, so that a late answer to an older one is not shown. */
  private asked = 0;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly server: Server) {
    this.view = vscode.window.createTreeView('sigwise.peers', { treeDataProvider: this, showCollapseAll: true });
    this.disposables = [
      this.changed,
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => visible && this.refresh()),
      server.onDidChange(() => void this.refresh()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document === this.wanted && this.later()),
      vscode.workspace.onDidCloseTextDocument((document) => document === this.wanted && this.follow(undefined)),
    ];
    for (const command of [ADVISE, SIMILAR]) server.show(command, (subject) => this.show(subject));
  }

  /** Shows this document's rules from now on. */
  follow(document: vscode.TextDocument | undefined): Promise<void> {
    this.wanted = document;
    return this.refresh();
  }

  /** Opens the view at a rule: the one that a lens names, else the one that the cursor is in. */
  async show(subject?: Subject): Promise<void> {
    const uri = subject ? vscode.Uri.parse(subject.uri) : vscode.window.activeTextEditor?.document.uri;
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri?.toString());
    await this.follow(document ?? this.wanted);
    await vscode.commands.executeCommand('sigwise.peers.focus');
    const node = this.nodes[this.rules.length > 1 ? await this.indexOfRule(subject) : 0];
    if (node) await this.view.reveal(node, { expand: true, focus: true, select: true });
    else if (this.server.isRunning) {
      void vscode.window.showInformationMessage('There is no Sigma rule here whose peers could be shown.');
    }
  }

  /** Goes where a click on a node leads. */
  async open(target: Target): Promise<void> {
    const document = this.document;
    if (target.kind === 'link') {
      await vscode.env.openExternal(vscode.Uri.parse(target.url, true));
    } else if (target.kind === 'technique') {
      if (document) await vscode.commands.executeCommand('sigwise.ui.technique', target.id);
    } else if (document) {
      const selection = range(document, target.span);
      await vscode.window.showTextDocument(document, { selection, viewColumn: this.columnOf(document) });
    }
  }

  /** The document whose rules are shown. */
  get shown(): vscode.TextDocument | undefined {
    return this.document;
  }

  /** The advice that is shown, one entry a rule. */
  get advice(): readonly Advice[] {
    return this.rules;
  }

  getChildren(node?: Node): readonly Node[] & Node[] {
    return [...(node ? (node.children ?? []) : this.nodes)];
  }

  getParent(node: Node): Node | undefined {
    return node.parent;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const isGroup = node.children !== undefined;
    const isOpen = isGroup && (this.rules.length > 1 ? !node.parent : node.label === 'Indicators');
    const item = new vscode.TreeItem(node.label, isOpen ? Expanded : isGroup ? Collapsed : None);
    item.id = `${this.document?.uri}${node.id}`;
    if (node.description) item.description = node.description;
    if (node.tooltip) item.tooltip = `${node.label}\n${node.tooltip}`;
    if (node.icon) item.iconPath = new vscode.ThemeIcon(node.icon);
    if (node.target) item.command = { title: 'Open', command: 'sigwise.ui.open', arguments: [node.target] };
    return item;
  }

  /** Asks the server again. */
  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const question = ++this.asked;
    const document = this.wanted;
    let rules: readonly Advice[] = [];
    let why: string | undefined;
    if (document && this.server.isRunning) {
      try {
        rules = await this.server.advise(document.uri);
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
      }
    }
    if (question !== this.asked) return;
    this.document = document;
    this.rules = rules;
    this.nodes = tree(rules);
    this.view.message = why ?? '';
    void vscode.commands.executeCommand('setContext', 'sigwise.hasRule', rules.length > 0);
    this.changed.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), PAUSE);
  }

  /** Which of several rules is meant. The outline knows where each begins and ends. */
  private async indexOfRule(subject: Subject | undefined): Promise<number> {
    const document = this.document;
    if (!document) return 0;
    const command = 'vscode.executeDocumentSymbolProvider';
    const symbols =
      (await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(command, document.uri)) ?? [];
    const cursor = vscode.window.visibleTextEditors.find((editor) => editor.document === document)?.selection.active;
    const at = subject?.document ?? symbols.findIndex((symbol) => cursor && symbol.range?.contains(cursor));
    const title = symbols[at]?.name;
    return Math.max(
      0,
      this.rules.findIndex((rule) => rule.title === title),
    );
  }

  private columnOf(document: vscode.TextDocument): vscode.ViewColumn {
    const editor = vscode.window.visibleTextEditors.find((visible) => visible.document === document);
    return editor?.viewColumn ?? vscode.ViewColumn.One;
  }
}

/** A span of bytes as the editor counts. */
function range(document: vscode.TextDocument, { start, end }: { start: number; end: number }): vscode.Range {
  const bytes = Buffer.from(document.getText());
  const position = (offset: number) => document.positionAt(bytes.toString('utf8', 0, offset).length);
  return new vscode.Range(position(start), position(end));
}
