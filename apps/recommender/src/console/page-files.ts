import { ThawError } from '@thaw/contracts';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const INDEX = 'index.html';
const ASSETS = 'assets';

/** The built page, in memory. Names under assets/ hold a hash of the content: such a file never changes. */
export class PageFiles {
  #loading: Promise<ReadonlyMap<string, PageFile>> | undefined;

  /** @param folder where the build of apps/console puts it; it may come to be later */
  constructor(private readonly folder: string) {}

  /** @throws ThawError CONSOLE_NOT_BUILT */
  async index(): Promise<PageFile> {
    return (await this.#files()).get(INDEX)!;
  }

  /** Undefined where there is none of that name. @throws ThawError CONSOLE_NOT_BUILT */
  async asset(name: string): Promise<PageFile | undefined> {
    return (await this.#files()).get(`${ASSETS}/${name}`);
  }

  async #files(): Promise<ReadonlyMap<string, PageFile>> {
    this.#loading ??= load(this.folder);
    try {
      return await this.#loading;
    } catch (cause) {
      this.#loading = undefined;
      throw new ThawError(
        'CONSOLE_NOT_BUILT',
        `The console's page is not in ${this.folder}. \`npm run build\` builds it; then load this page again.`,
        { cause, details: { folder: this.folder } },
      );
    }
  }
}

async function load(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const assets = (await readdir(join(folder, ASSETS))).map((name) => `${ASSETS}/${name}`);
  const files = new Map<string, PageFile>();
  for (const name of [INDEX, ...assets]) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = await readFile(join(folder, name));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    files.set(name, { type, body, gzipped: await promisify(gzip)(body, { level: 9 }), etag });
  }
  return files;
}
