// The second layer: a person's way through the window, by keyboard where there is a key, with screenshots to look at.

import * as assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodeServer, type Home, required } from './code-server.ts';
import { type Browser, expect, type Frame, type Page } from './playwright.ts';
import { test } from './report.ts';
import { makeWorkspace } from './workspace.ts';

const RULE = 'rules/windows/proc_creation_win_shell_by_office.yml';
const SCREENSHOTS = required('SCREENSHOTS');

export async function runUi(browser: Browser, start: (home: Home) => Promise<CodeServer>): Promise<void> {
  const folder = join(required('SCRATCH'), 'ui');
  const workspace = join(folder, 'workspace');
  await makeWorkspace(workspace);
  const settings = join(workspace, '.vscode/settings.json');
  await mkdir(join(workspace, '.vscode'));
  await writeFile(settings, '{}');
  await rm(SCREENSHOTS, { recursive: true, force: true });
  await mkdir(SCREENSHOTS, { recursive: true });
  const server = await start({
    folder,
    packages: [required('PACKAGE')],
    settings: { 'editor.autoClosingBrackets': 'never', 'editor.autoClosingQuotes': 'never' },
  });
  const page = await browser.newPage({ viewport: { width: 1180, height: 760 } });
  const outside = new Set<string>();
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(http|ws)s?:$/.test(protocol) && hostname !== '127.0.0.1') outside.add(request.url());
  });
  await page.goto(server.url(workspace, RULE));
  const window = new Window(page, settings);

  const began = await test('a squiggle stands under the wrong word', async () => {
    await page.waitForSelector('.squiggly-error', { timeout: 90_000 });
    await page.waitForSelector('.codelens-decoration a', { timeout: 20_000 });
    await page.keyboard.press('Control+b');
    await window.shoot('squiggle');
  });
  if (!began) return window.shoot('failed');

  await test('the Problems panel lists findings with their checks', async () => {
    await page.keyboard.press('Control+Shift+M');
    const rows = page.locator('.markers-panel .monaco-list-row');
    await expect(rows, /unknown-selection/);
    await expect(rows, /misspelled-value/);
    await window.shoot('problems');
    await page.keyboard.press('Control+j');
  });

  await test('a quick fix is chosen by keyboard and mends the rule', async () => {
    await window.goTo('27:63');
    await page.keyboard.press('Control+.');
    await expect(page.locator('.action-widget .monaco-list-row'), /replace `filter_addins` with `filter_addin`/);
    await window.shoot('quick-fix');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.querySelector('.squiggly-error'), undefined, { timeout: 15_000 });
    await page.keyboard.press('Control+s');
    await until('the saved file', async () =>
      /and not filter_addin\n/.test(await readFile(join(workspace, RULE), 'utf8')),
    );
  });

  await test('the tree Peers is opened, and a click on an indicator jumps to its line', async () => {
    await window.run('sigwise: Show Peer View of This Rule');
    const rows = page.locator('.pane-body .monaco-list-row');
    await expect(rows, /Indicators/);
    await expect(rows, /winword\.exe/i);
    // A wider side bar, with more of the tree.
    await page.mouse.move(345, 600);
    await page.mouse.down();
    await page.mouse.move(480, 600, { steps: 5 });
    await page.mouse.up();
    await rows.filter({ hasText: 'Similar Rules' }).click();
    await rows.filter({ hasText: 'Exclusions' }).click();
    await expect(rows, /of \d+ peers/);
    await window.shoot('peers');
    await rows
      .filter({ hasText: /cmd\.exe/ })
      .first()
      .click();
    await expect(page.locator('.statusbar'), /Ln 23,/);
  });

  let frame: Frame | undefined;
  await test('the page of a technique is in the colours of the editor, and nothing is loaded from outside', async () => {
    await window.run('sigwise: Show Technique Page');
    await expect(page.locator('.quick-input-list .monaco-list-row'), /T1204\.002/);
    await page.keyboard.type('T1218.011');
    await expect(page.locator('.quick-input-list .monaco-list-row'), /T1218\.011/);
    await page.keyboard.press('Enter');
    frame = await until('the page', async () => {
      for (const frame of page.frames()) {
        if (
          await frame
            .locator('h1', { hasText: 'T1218.011' })
            .count()
            .catch(() => 0)
        )
          return frame;
      }
      return undefined;
    });
    assert.equal(await background(frame), await window.background());
    await window.shoot('technique');
    assert.deepEqual([...outside], []);
  });

  await test('the page follows the theme', async () => {
    const shown = frame ?? assert.fail('there is no page');
    const before = await background(shown);
    await window.run('Preferences: Toggle between Light/Dark Themes');
    await until('another colour', async () => (await background(shown)) !== before);
    await until('the colour of the editor', async () => (await background(shown)) === (await window.background()));
    await window.shoot('technique-other-theme');
    await window.run('Preferences: Toggle between Light/Dark Themes');
  });

  await test('a link of the page opens outside', async () => {
    const shown = frame ?? assert.fail('there is no page');
    const address = shown.url();
    const link = shown.locator('a[href^="https://"]').first();
    await link.evaluate((element) => {
      for (let up = element.closest('details'); up; up = up.parentElement?.closest('details') ?? null) up.open = true;
    });
    let opened = '';
    page.once('popup', (popup) => {
      opened = popup.url() || 'a window';
      void popup.close();
    });
    await link.click();
    const dialog = page.locator('.monaco-dialog-box');
    await until('a window, or the question whether to open one', async () => opened || (await dialog.count()) > 0);
    if (!opened) await page.keyboard.press('Escape');
    assert.equal(shown.url(), address);
    assert.equal(await shown.locator('h1', { hasText: 'T1218.011' }).count(), 1);
  });

  await test('the language status tells version, rules and date', async () => {
    await window.run('View: Close All Editors');
    await window.open('proc_creation_win_rundll32_user_folder');
    const item = page.locator('.statusbar-item[id="status.languageStatus"]');
    await item.waitFor();
    await item.hover();
    await expect(
      page.locator('.hover-language-status'),
      /sigwise \d+\.\d+\.\d+.*[\d,]+ published rules, \d{4}-\d\d-\d\d/s,
    );
    await window.shoot('status');
    await page.mouse.move(600, 300);
  });

  await test('hints, a hover and lenses look right', async () => {
    await window.set({ 'sigwise.inlayHints': true });
    await expect(page.locator('.view-lines'), /other.rules/);
    await window.goTo('17:32');
    await window.run('Show or Focus Hover');
    await expect(page.locator('.monaco-hover-content').first(), /rules/);
    await window.shoot('hover');
    await page.keyboard.press('Escape');
  });

  await test('a server that cannot start is told, with buttons that help', async () => {
    await window.set({ 'sigwise.path': '/nowhere/sigwise' });
    const toast = page.locator('.notification-toast');
    await expect(toast, /sigwise did not start.*\/nowhere\/sigwise is not there/s);
    await expect(toast, /Open Settings.*Show Output|Show Output.*Open Settings/s);
    await window.shoot('failure');
    await toast.getByText('Open Settings').click();
    await expect(page.locator('.settings-editor'), /Path/);
  });
  await page.close();
}

/** What a person does with the window. */
class Window {
  private readonly page: Page;
  private readonly settings: string;
  private count = 0;

  constructor(page: Page, settings: string) {
    this.page = page;
    this.settings = settings;
  }

  /** Keeps what is seen, once it stands still. */
  async shoot(name: string): Promise<void> {
    this.count += 1;
    await this.page.waitForTimeout(700);
    await this.page.screenshot({ path: join(SCREENSHOTS, `${this.count}-${name}.png`) });
  }

  /** Runs a command of the palette. */
  async run(command: string): Promise<void> {
    await this.type('F1', `>${command}`, new RegExp(command.replace(/^.*: /, '')));
  }

  /** Opens a file by its name. */
  async open(name: string): Promise<void> {
    await this.type('Control+p', name, new RegExp(name));
  }

  /** Puts the cursor at `line:column`. */
  async goTo(place: string): Promise<void> {
    await this.page.keyboard.press('Control+1');
    await this.page.keyboard.press('Control+g');
    await this.page.locator('.quick-input-widget input').first().waitFor();
    await this.page.keyboard.type(place);
    await this.page.keyboard.press('Enter');
    await this.page.waitForTimeout(200);
  }

  /** Writes the workspace's settings, as a person would: nobody watches files here. */
  async set(settings: Record<string, unknown>): Promise<void> {
    await this.open('settings.json');
    await this.page.locator('.tab.active', { hasText: 'settings.json' }).waitFor();
    await this.page.locator('.editor-instance .view-lines').first().click();
    await this.page.keyboard.press('Control+a');
    const text = JSON.stringify(settings);
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press('Control+s');
    await until('saved settings', async () => (await readFile(this.settings, 'utf8')).includes(text));
    await this.open('proc_creation_win_rundll32_user_folder');
  }

  /** The colour behind the text. */
  background(): Promise<string> {
    return this.page.evaluate(() => {
      const probe = document.createElement('div');
      probe.style.backgroundColor = 'var(--vscode-editor-background)';
      document.querySelector('.monaco-workbench')?.append(probe);
      const colour = getComputedStyle(probe).backgroundColor;
      probe.remove();
      return colour;
    });
  }

  private async type(key: string, text: string, offered: RegExp): Promise<void> {
    await this.page.keyboard.press(key);
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(text);
    await expect(this.page.locator('.quick-input-list .monaco-list-row').first(), offered);
    await this.page.keyboard.press('Enter');
  }
}

function background(frame: Frame): Promise<string> {
  return frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

/** Waits until something holds. */
async function until<T>(what: string, look: () => Promise<T>): Promise<NonNullable<T>> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited in vain: ${what}`);
}
