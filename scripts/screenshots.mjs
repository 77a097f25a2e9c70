// Takes the pictures of the console in docs/images anew, from a running Thaw that has a version:
//   npm run screenshots -- [ADDRESS] [SELLER] [FOLDER]
// Needs Debian's Chromium (apt-get install chromium), or the CHROMIUM that the environment names.
import { chromium } from 'playwright-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [address = 'http://127.0.0.1:9466/', seller = 's-1', folder = join(root, 'docs', 'images')] =
  process.argv.slice(2);

const SHOTS = [
  { name: 'console-light', colorScheme: 'light', width: 1280 },
  { name: 'console-dark', colorScheme: 'dark', width: 1280 },
  { name: 'console-narrow', colorScheme: 'light', width: 400 },
];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
try {
  mkdirSync(folder, { recursive: true });
  for (const { name, colorScheme, width } of SHOTS) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    await page.goto(address);
    await page
      .getByRole('table', { name: /versions/i })
      .or(page.locator('#versions'))
      .first()
      .waitFor();
    await page.getByLabel('Seller id').fill(seller);
    await page.getByRole('button', { name: 'Recommend' }).click();
    await page.getByRole('list', { name: 'The evidence in words' }).waitFor();
    await page.evaluate('document.activeElement?.blur()');
    const height = await page.evaluate('document.documentElement.scrollHeight');
    await page.setViewportSize({ width, height });
    await page.locator('canvas').first().waitFor();
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
    const path = join(folder, `${name}.webp`);
    writeFileSync(path, Buffer.from(data, 'base64'));
    if (process.env['PNG'] !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(`${path}: ${width} x ${height}, ${Math.round((data.length * 3) / 4096)} KiB`);
    await page.close();
  }
} finally {
  await browser.close();
}
