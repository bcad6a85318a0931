// The second layer: a person's way through the window, with screenshots to look at.

import type { Browser } from 'playwright-core';
import type { CodeServer, Home } from './code-server.ts';

export async function runUi(_browser: Browser, _start: (home: Home) => Promise<CodeServer>): Promise<void> {}
