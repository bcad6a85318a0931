// Finds the `sigwise` to run, and makes sure that it is one before the client talks to it.

import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';

/** Why there is no server. The message says what to do. */
export class Unstartable extends Error {}

/** A program that was asked for its version. */
export interface Binary {
  readonly command: string;
  readonly version: string;
  readonly origin: 'setting' | 'bundled' | 'PATH';
}

/** How long `--version` may take, in milliseconds; a cold disk or a virus scanner needs some of it. */
const PATIENCE = 15_000;

/** The program of the setting, else the bundled one, else the one on the `PATH`. Throws `Unstartable`. */
export async function findBinary(context: ExtensionContext, setting: string | null | undefined): Promise<Binary> {
  if (setting) return ask(setting.replace(/^~(?=[/\\])/, homedir()), 'setting');
  const bundled = join(context.extensionPath, 'bin', process.platform === 'win32' ? 'sigwise.exe' : 'sigwise');
  const isBundled = await access(bundled, constants.X_OK).then(
    () => true,
    () => false,
  );
  return isBundled ? ask(bundled, 'bundled') : ask('sigwise', 'PATH');
}

async function ask(command: string, origin: Binary['origin']): Promise<Binary> {
  const said = await new Promise<string>((resolve, reject) => {
    execFile(command, ['--version'], { timeout: PATIENCE, windowsHide: true }, (error, stdout) => {
      if (error) reject(new Unstartable(reason(command, origin, error)));
      else resolve(stdout);
    });
  });
  const version = /^sigwise (\S+)/.exec(said)?.[1];
  if (version) return { command, version, origin };
  throw new Unstartable(`${command} is not sigwise. Correct the setting sigwise.path, or empty it.`);
}

function reason(
  command: string,
  origin: Binary['origin'],
  error: Error & { code?: unknown; killed?: boolean },
): string {
  const remedy =
    origin === 'setting'
      ? 'Correct the setting sigwise.path, or empty it to run the one inside the extension.'
      : 'Name a working sigwise in the setting sigwise.path.';
  if (error.killed) return `${command} did not answer. ${remedy}`;
  if (error.code === 'ENOENT') {
    return origin === 'PATH'
      ? 'This package of the extension has no server for your platform, and there is no sigwise on the PATH. Install it (cargo install --git https://github.com/sigwise/sigwise), or name it in the setting sigwise.path.'
      : `${command} is not there. ${remedy}`;
  }
  if (error.code === 'EACCES')
    return `${command} may not be run. Make it executable, or change the setting sigwise.path.`;
  return `${command} cannot be run: ${error.message.trim()}. ${remedy}`;
}
