// Lets `sigwise.trace.server` alone decide whether messages are logged. The language client asks the output's log level, too,
// which few people know how to set.

import * as vscode from 'vscode';

/** The output as the client's trace sees it: at the level `Trace` while the setting wants messages. */
export function tracing(output: vscode.LogOutputChannel): {
  channel: vscode.LogOutputChannel;
  listener: vscode.Disposable;
} {
  const wanted = () => vscode.workspace.getConfiguration('sigwise').get('trace.server', 'off') !== 'off';
  const level = () => (wanted() ? vscode.LogLevel.Trace : output.logLevel);
  const changed = new vscode.EventEmitter<vscode.LogLevel>();
  const channel: vscode.LogOutputChannel = Object.create(output, {
    logLevel: { get: level },
    onDidChangeLogLevel: { value: changed.event },
    // At its own level the output would drop them.
    trace: { value: (message: string) => (wanted() ? output.info(message) : output.trace(message)) },
  });
  const listener = vscode.Disposable.from(
    changed,
    output.onDidChangeLogLevel(() => changed.fire(level())),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sigwise.trace.server')) changed.fire(level());
    }),
  );
  return { channel, listener };
}
