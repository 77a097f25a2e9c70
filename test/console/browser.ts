import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's: `apt-get install chromium`. */
const CHROMIUM = '/usr/bin/chromium';

/** Why there is no browser to visit with; undefined where there is one. */
export const noBrowser = existsSync(CHROMIUM)
  ? undefined
  : `no ${CHROMIUM} here: \`apt-get install chromium\` installs it`;

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What went wrong on a page, and what it asked of whom. */
export class Witness {
  readonly errors: string[] = [];
  readonly origins = new Set<string>();

  constructor(page: Page) {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.errors.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.errors.push(`page: ${error.message}`));
    page.on('requestfailed', (request) => this.errors.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.errors.push(`${response.status()}: ${response.url()}`);
    });
    page.on('request', (request) => this.origins.add(new URL(request.url()).origin));
  }
}
