import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';
import type { Logger } from '../logging/index.js';
import { type Problem, toProblem } from './problem.js';

/** What is used of Express's response. */
interface HttpResponse {
  status(code: number): this;
  type(mediaType: string): this;
  send(body: string): this;
}

/** Answers every error of an HTTP handler with problem+json, and logs those that are Thaw's fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const problem = thrown instanceof HttpException ? problemOfNest(thrown) : toProblem(thrown);
    if (problem.status >= 500) this.logger.error({ err: ThawError.from(thrown) }, 'a request failed');
    const response = host.switchToHttp().getResponse<HttpResponse>();
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

/** What Nest itself raises: no such route, method not allowed, a body too large. */
function problemOfNest(thrown: HttpException): Problem {
  const status = thrown.getStatus();
  return { type: 'about:blank', title: thrown.name, status, detail: thrown.message, code: 'HTTP', retryable: false };
}
