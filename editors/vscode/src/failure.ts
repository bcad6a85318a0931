// Tells the user that there is no server, and what to do about it.

import * as vscode from 'vscode';

/** Shows why, with a button for each thing that helps. */
export async function explainFailure(reason: string, output: vscode.LogOutputChannel): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(
    `sigwise did not start. ${reason}`,
    'Open Settings',
    'Show Output',
    'Try Again',
  );
  if (chosen === 'Open Settings') {
    // A path belongs to a machine: in a remote window it is not among the user's settings.
    const page = vscode.env.remoteName ? 'openRemoteSettings' : 'openSettings';
    await vscode.commands.executeCommand(`workbench.action.${page}`, { query: 'sigwise.path' });
  } else if (chosen === 'Show Output') {
    output.show();
  } else if (chosen === 'Try Again') {
    await vscode.commands.executeCommand('sigwise.ui.restart');
  }
}
