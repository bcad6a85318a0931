// Runs a real VS Code (code-server) on a free port, with extensions and settings of its own, and ends it by its process group.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const ENTRY = required('CODE_SERVER');

/** What makes a screen the same every time, and keeps everything else quiet. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
};

/** A variable that the suite's script sets. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start test/run`);
  return value;
}

/** Where one VS Code keeps its things. */
export interface Home {
  readonly folder: string;
  /** Packages to install. */
  readonly packages: readonly string[];
  readonly settings?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly trusted?: boolean;
}

export class CodeServer {
  private readonly child: ChildProcess;
  private readonly port: number;
  private readonly log: string;

  private constructor(child: ChildProcess, port: number, log: string) {
    this.child = child;
    this.port = port;
    this.log = log;
  }

  /** Installs the packages and starts. */
  static async start({ folder, packages, settings, env, trusted = true }: Home): Promise<CodeServer> {
    const user = join(folder, 'user');
    const log = join(folder, 'code-server.log');
    await mkdir(join(user, 'User'), { recursive: true });
    const trust = trusted ? { 'security.workspace.trust.enabled': false } : {};
    await writeFile(join(user, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...trust, ...settings }));
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'auth: none\ncert: false\n');
    const common = [ENTRY, '--config', config, '--user-data-dir', user, '--extensions-dir', join(folder, 'extensions')];
    const installs = packages.flatMap((file) => ['--install-extension', file]);
    await promisify(execFile)(process.execPath, [...common, ...installs], { timeout: 90_000 });
    const port = await freePort();
    const options = ['--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'];
    if (trusted) options.push('--disable-workspace-trust');
    const out = await open(log, 'w');
    const child = spawn(process.execPath, [...common, ...options, '--disable-getting-started-override'], {
      stdio: ['ignore', out.fd, out.fd],
      env: { ...process.env, ...env },
      detached: true,
    });
    await out.close();
    const server = new CodeServer(child, port, log);
    for (let tries = 0; tries < 300; tries++) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      if (answer?.ok) return server;
      await sleep(100);
    }
    await server.stop();
    throw new Error(`code-server did not start: ${await readFile(log, 'utf8')}`);
  }

  /** The address that opens a folder, and files of it. */
  url(folder: string, ...files: string[]): string {
    const openFile = (file: string) => ['openFile', `vscode-remote://127.0.0.1:${this.port}${join(folder, file)}`];
    const payload = encodeURIComponent(JSON.stringify(files.map(openFile)));
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(folder)}&payload=${payload}`;
  }

  /** What it said. */
  said(): Promise<string> {
    return readFile(this.log, 'utf8');
  }

  /** Ends it with everything that it started. */
  async stop(): Promise<void> {
    const group = this.child.pid;
    if (!group) return;
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (let tries = 0; tries < 50; tries++) {
        try {
          process.kill(-group, tries === 0 ? signal : 0);
        } catch {
          return; // Nobody is left in the group.
        }
        await sleep(100);
      }
    }
  }

  /** The same, for when there is no time to wait. */
  kill(): void {
    try {
      if (this.child.pid) process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // It had ended.
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('there is no port');
  return address.port;
}
