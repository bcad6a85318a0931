// What tests in the extension host begin with.

import * as vscode from 'vscode';
import type { Api } from '../../src/extension.ts';

/** A rule with slips, of the project's examples. */
export const SHELL = 'rules/windows/proc_creation_win_shell_by_office.yml';
/** A rule that is as it should be. */
export const RUNDLL = 'rules/windows/proc_creation_win_rundll32_user_folder.yml';

export interface Test {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Waits until something holds: as long as a slow machine needs. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  patience = 20_000,
): Promise<Exclude<NonNullable<T>, false>> {
  for (const end = Date.now() + patience; ; await pause(50)) {
    const found = await look();
    if (found) return found as Exclude<NonNullable<T>, false>;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What the real extension returns from `activate`. */
export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('sigwise.sigwise');
  if (!extension) throw new Error('sigwise is not installed');
  return extension.activate();
}

/** Sets something for the workspace; `undefined` takes it back. */
export async function set(section: string, name: string, value: unknown): Promise<void> {
  const target = vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration(section).update(name, value, target);
}

/** A file of the workspace. */
export function file(path: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new Error('no folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

/** Opens a file in an editor. */
export async function show(path: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(file(path));
  await vscode.window.showTextDocument(document);
  return document;
}

/** Opens a text that is in no file. */
export async function showText(content: string, language = 'yaml'): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language, content });
  await vscode.window.showTextDocument(document);
  return document;
}

/** The findings of a document by check, once there are some. */
export function found(document: vscode.TextDocument): Promise<Map<string, vscode.Diagnostic>> {
  return until(`findings in ${document.uri}`, () => {
    const found = vscode.languages.getDiagnostics(document.uri);
    return found.length > 0 && new Map(found.map((diagnostic) => [checkOf(diagnostic), diagnostic]));
  });
}

/** The check behind a finding. */
export function checkOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Where a text stands. */
export function place(document: vscode.TextDocument, text: string): vscode.Range {
  const at = document.getText().indexOf(text);
  if (at < 0) throw new Error(`${text} is not in ${document.uri}`);
  return new vscode.Range(document.positionAt(at), document.positionAt(at + text.length));
}

/** Leaves nothing open, and no text unsaved: an editor that asks would wait forever. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
