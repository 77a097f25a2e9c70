import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { Overview, SellerSuggestions, VersionAnswer, VersionCommand, VersionDetail } from '@thaw/app-console';
import type { operator } from '@thaw/contracts';
import { type Headers } from '../console/check-command.js';
import { ConsoleDesk } from '../console/console-desk.js';
import { readJson } from './read-json.js';

interface HttpRequest extends AsyncIterable<Buffer> {
  readonly headers: Headers;
}

const MAX_COMMAND_BYTES = 8 * 1024;
/** As the audit tells it. */
const REASON = 'in the console';
const WANTED = '{"commandId": "a UUID"}, and "promoteReason" for a version that the gate rejected';

/** What the console shows and commands, as JSON: see apps/console/src/api.ts. */
@Controller('v1/console')
export class ConsoleController {
  constructor(@Inject(ConsoleDesk) private readonly desk: ConsoleDesk) {}

  @Get('overview')
  @Header('cache-control', 'no-store')
  async overview(@Req() http: HttpRequest): Promise<Overview> {
    this.desk.admit(http.headers);
    return await this.desk.overview();
  }

  @Get('sellers')
  @Header('cache-control', 'no-store')
  sellers(@Req() http: HttpRequest, @Query('prefix') prefix: unknown): SellerSuggestions {
    this.desk.admit(http.headers);
    return this.desk.sellers(typeof prefix === 'string' ? prefix : '');
  }

  @Get('versions/:version')
  @Header('cache-control', 'no-store')
  async version(@Req() http: HttpRequest, @Param('version') version: string): Promise<VersionDetail> {
    this.desk.admit(http.headers);
    return await this.desk.version(version);
  }

  @Post('versions/:version/activate')
  @HttpCode(200)
  async activate(@Req() http: HttpRequest, @Param('version') version: string): Promise<VersionAnswer> {
    return await this.#command(http, (trainer, { commandId, promoteReason = '' }, authorization) =>
      trainer.activate({ commandId, version, promoteReason, reason: REASON }, authorization),
    );
  }

  @Post('rollback')
  @HttpCode(200)
  async rollback(@Req() http: HttpRequest): Promise<VersionAnswer> {
    return await this.#command(http, (trainer, { commandId }, authorization) =>
      trainer.rollback({ commandId, reason: REASON }, authorization),
    );
  }

  @Post('release')
  @HttpCode(200)
  async release(@Req() http: HttpRequest): Promise<VersionAnswer> {
    return await this.#command(http, (trainer, { commandId }, authorization) =>
      trainer.release({ commandId, reason: REASON }, authorization),
    );
  }

  async #command(
    http: HttpRequest,
    work: (
      trainer: ConsoleDesk['trainer'],
      command: VersionCommand,
      authorization: string | undefined,
    ) => Promise<operator.Version>,
  ): Promise<VersionAnswer> {
    const authorization = this.desk.admitCommand(http.headers);
    const command = this.desk.checked(await readJson(http, MAX_COMMAND_BYTES, WANTED));
    return this.desk.answer(await work(this.desk.trainer, command, authorization));
  }
}
