// The one language client: starts, stops and restarts `sigwise server`, and asks it what the views show.

import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient/node';
import { type Binary, findBinary } from './binary.ts';
import { SELECTOR } from './documents.ts';
import { ADVISE, type Advice, CORPUS_INFO, type CorpusInfo, type Subject, TECHNIQUE } from './protocol.ts';
import { SeverityFilter } from './severity.ts';
import { tracing } from './tracing.ts';

/** So many crashes in so many milliseconds are borne. */
const CRASHES = 4;
const CRASH_PERIOD = 180_000;

/** Shows the answer to a command of the server that somebody clicked on. */
export type Shower = (subject: Subject) => unknown;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private found: Binary | undefined;
  private failure: string | undefined;
  /** Starts and stops come one after the other. */
  private last: Promise<void> = Promise.resolve();
  private readonly severity = new SeverityFilter();
  private readonly trace;
  private readonly showers = new Map<string, Shower>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly failed = new vscode.EventEmitter<string>();

  /** It started, ended or failed. */
  readonly onDidChange = this.changed.event;
  /** It could not be started, or ended for good; says why. */
  readonly onDidFail = this.failed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {
    this.trace = tracing(output);
  }

  /** The program that runs or ran last. */
  get binary(): Binary | undefined {
    return this.found;
  }

  /** Why there is no server; undefined while there is one. */
  get reason(): string | undefined {
    return this.failure;
  }

  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  /** Whether it is logged what the editor and the server say to each other. */
  get traces(): boolean {
    return this.client?.traceOutputChannel.logLevel === vscode.LogLevel.Trace;
  }

  /** What a click on a lens of the server shows, instead of nothing. */
  show(command: string, shower: Shower): void {
    this.showers.set(command, shower);
  }

  /** Starts; a failure is an event. */
  start(): Promise<void> {
    return this.queue(() => this.begin());
  }

  /** Ends what runs and starts what the settings name now. */
  restart(): Promise<void> {
    return this.queue(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** What peers of a document's rules do; nothing of one that holds none. Throws where there is no corpus. */
  async advise(uri: vscode.Uri): Promise<readonly Advice[]> {
    return (await this.ask<readonly Advice[] | null>(ADVISE, { uri: uri.toString() })) ?? [];
  }

  /** A technique's page in HTML, as the corpus of a document has it. */
  technique(uri: string, technique: string): Promise<string | null> {
    return this.ask(TECHNIQUE, { uri, technique, format: 'html' });
  }

  /** Facts about the corpus that a document, or else the first folder, asks. */
  corpus(uri?: vscode.Uri): Promise<CorpusInfo> {
    return this.ask(CORPUS_INFO, { uri: uri?.toString(), format: 'json' });
  }

  /** The same as a text in Markdown. */
  corpusText(uri?: vscode.Uri): Promise<string> {
    return this.ask(CORPUS_INFO, { uri: uri?.toString(), format: 'markdown' });
  }

  dispose(): void {
    void this.queue(() => this.end());
    vscode.Disposable.from(this.severity, this.trace.listener, this.changed, this.failed).dispose();
  }

  private queue(step: () => Promise<void>): Promise<void> {
    this.last = this.last.then(step, step);
    return this.last;
  }

  private async ask<T>(command: string, subject: object): Promise<T> {
    if (!this.client || !this.isRunning) throw new Error(this.failure ?? 'sigwise is not running');
    return this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [subject] });
  }

  private async begin(): Promise<void> {
    try {
      this.failure = undefined;
      this.found = undefined;
      const setting = vscode.workspace.getConfiguration('sigwise').get<string | null>('path');
      this.found = await findBinary(this.context, setting);
      this.output.info(`sigwise ${this.found.version}: ${this.found.command} (${this.found.origin})`);
      this.client = this.make(this.found.command);
      await this.client.start();
      this.changed.fire();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private fail(reason: string): void {
    this.failure = reason;
    this.output.error(reason);
    this.changed.fire();
    this.failed.fire(reason);
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.severity.clear();
    try {
      await client?.dispose();
    } catch (error) {
      this.output.warn(`the server did not end well: ${error}`);
    }
  }

  /** A server that crashes is started again, but not forever. */
  private patience(): ErrorHandler {
    let crashes: number[] = [];
    return {
      error: (_error, _message, count) => ({ action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown }),
      closed: () => {
        const now = Date.now();
        crashes = [...crashes.filter((crash) => now - crash < CRASH_PERIOD), now];
        if (crashes.length <= CRASHES) return { action: CloseAction.Restart };
        this.fail('It crashed again and again. Its output may say why; please report it.');
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private make(command: string): LanguageClient {
    const client = new LanguageClient(
      'sigwise',
      'sigwise',
      { command, args: ['server'] },
      {
        documentSelector: SELECTOR,
        // At every keystroke, rather than when the editor finds the time to ask.
        initializationOptions: { diagnostics: 'push' },
        outputChannel: this.output,
        traceOutputChannel: this.trace.channel,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        errorHandler: this.patience(),
        synchronize: { configurationSection: 'sigwise' },
        middleware: {
          handleDiagnostics: (uri, diagnostics, next) => this.severity.publish(uri, diagnostics, next),
          provideCodeActions: async (document, range, context, token, next) => {
            const actions = await next(document, range, context, token);
            return actions && this.severity.actions(actions);
          },
          executeCommand: (name, args, next) => {
            const shower = this.showers.get(name);
            return shower ? shower(args[0]) : next(name, args);
          },
        },
      },
    );
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) this.changed.fire();
    });
    return client;
  }
}
