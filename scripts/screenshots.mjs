// Takes the pictures of the console in docs/images anew, of a running Thaw that has a version:
//   npm run screenshots -- [ADDRESS] [SELLER] [FOLDER]
// Needs Debian's Chromium (apt-get install chromium), or the one that CHROMIUM names.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [address = 'http://127.0.0.1:9466/', seller = 's-1', folder = join(root, 'docs', 'images')] =
  process.argv.slice(2);

/** From the top of the page to the end of the panel with the heading of that id. */
const SHOTS = [
  { name: 'console', colorScheme: 'light', width: 1280, until: 'ask' },
  { name: 'console-dark', colorScheme: 'dark', width: 1280, until: 'training' },
];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
try {
  mkdirSync(folder, { recursive: true });
  for (const { name, colorScheme, width, until } of SHOTS) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    await page.goto(address);
    await page.locator('#versions').waitFor();
    await page.getByLabel('Seller id').fill(seller);
    await page.getByRole('button', { name: 'Recommend' }).click();
    await page.getByRole('list', { name: 'The evidence in words' }).waitFor();
    await page.locator('.channels').waitFor();
    await page.evaluate('document.activeElement?.blur()');
    const full = await page.evaluate('document.documentElement.scrollHeight');
    await page.setViewportSize({ width, height: full });
    const last = await page.locator('section', { has: page.locator(`#${until}`) }).boundingBox();
    const height = Math.round(last.y + last.height + 20);
    const session = await page.context().newCDPSession(page);
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85, clip });
    writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
    console.log(`${name}.webp: ${width} x ${height}, ${Math.round((data.length * 3) / 4096)} KiB`);
    await page.close();
  }
} finally {
  await browser.close();
}
