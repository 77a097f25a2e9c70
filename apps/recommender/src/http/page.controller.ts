import { Controller, Get, HttpException, Inject, Param, Req, Res } from '@nestjs/common';
import { type PageFile, PageFiles } from '../console/page-files.js';

/** What is used of Node's request and Express's response. */
interface Request {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
interface Response {
  status(code: number): this;
  set(headers: Readonly<Record<string, string>>): this;
  end(body?: Buffer): void;
}

/** Nothing from elsewhere, nothing inline, and in nobody's frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The console: a page that holds nothing but its own code, and so needs no token; what it then asks for does. */
@Controller()
export class PageController {
  constructor(@Inject(PageFiles) private readonly files: PageFiles) {}

  @Get()
  async index(@Req() request: Request, @Res() response: Response): Promise<void> {
    send(await this.files.index(), 'no-cache', request, response);
  }

  @Get('assets/:name')
  async asset(@Req() request: Request, @Res() response: Response, @Param('name') name: string): Promise<void> {
    const file = await this.files.asset(name);
    if (file === undefined) throw new HttpException(`The page has no asset ${name.slice(0, 100)}.`, 404);
    send(file, 'public, max-age=31536000, immutable', request, response);
  }
}

function send(file: PageFile, caching: string, { headers }: Request, response: Response): void {
  const { type, etag, body, gzipped } = file;
  response.set({ ...SECURITY, 'cache-control': caching, etag, vary: 'accept-encoding' });
  if (String(headers['if-none-match']).includes(etag)) {
    response.status(304).end();
    return;
  }
  const isGzip = String(headers['accept-encoding']).includes('gzip');
  response
    .status(200)
    .set({
      'content-type': type,
      'content-length': String((isGzip ? gzipped : body).length),
      ...(isGzip && { 'content-encoding': 'gzip' }),
    })
    .end(isGzip ? gzipped : body);
}
