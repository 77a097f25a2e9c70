import type { handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Caller, Role } from '@thaw/contracts';
import { type AuditLog, type BearerTokens, requireRole, toServiceError } from '@thaw/platform';
import type { CommandLog } from './command-log.js';

/** What a call is checked with and written to. */
export interface CallParts {
  readonly tokens: BearerTokens;
  readonly audit: AuditLog;
  readonly commands: CommandLog;
}

/** @throws ThawError AUTHENTICATION, PERMISSION_DENIED */
export function checkCall(tokens: BearerTokens, metadata: Metadata, needed: Role, rpc: string): Caller {
  const caller = callerOf(tokens, metadata);
  requireRole(caller, needed, rpc);
  return caller;
}

const callerOf = (tokens: BearerTokens, metadata: Metadata): Caller =>
  tokens.check(metadata.get('authorization')[0]?.toString());

/** An rpc that changes nothing: viewers may call it. */
export function reading<Request, Answer>(
  { tokens }: CallParts,
  rpc: string,
  work: (request: Request) => Answer,
): handleUnaryCall<Request, Answer> {
  return answering(({ request, metadata }) => {
    checkCall(tokens, metadata, 'viewer', rpc);
    return Promise.resolve(work(request));
  });
}

export interface Command<Request, Answer> {
  readonly rpc: string;
  /** What it needs; default: operator. */
  readonly role?: (request: Request) => Role;
  /** What is asked for, as the audit tells it; default: the request without its reasons. */
  readonly asked?: (request: Request) => unknown;
  /** Why, in the caller's words. */
  readonly reason: (request: Request) => string;
  /** How the thing stands that it is about, for the audit. */
  readonly state: (request: Request) => unknown;
  readonly work: (request: Request, caller: Caller) => Promise<Answer> | Answer;
}

/** An rpc that changes something: audited, also when it is refused to a caller that is known, and done once for each id. */
export function commanding<Request extends { commandId: string }, Answer>(
  { tokens, audit, commands }: CallParts,
  { rpc, role = () => 'operator', asked = withoutReasons, reason, state, work }: Command<Request, Answer>,
): handleUnaryCall<Request, Answer> {
  return answering(async ({ request, metadata }) => {
    const who = callerOf(tokens, metadata);
    const command = {
      commandId: request.commandId,
      command: rpc,
      who,
      reason: reason(request),
      request: asked(request),
      state: () => state(request),
    };
    try {
      requireRole(who, role(request), rpc);
    } catch (denied) {
      await audit.refuse(command, denied);
      throw denied;
    }
    return await commands.once(command, async () => await work(request, who));
  });
}

/** Reasons have a place of their own in the audit, and a command that is sent again may be worded otherwise. */
const withoutReasons = (request: object): unknown =>
  Object.fromEntries(Object.entries(request).filter(([name]) => !APART.has(name)));
const APART: ReadonlySet<string> = new Set(['commandId', 'reason', 'promoteReason']);

type Call<Request> = { readonly request: Request; readonly metadata: Metadata };

const answering =
  <Request, Answer>(answer: (call: Call<Request>) => Promise<Answer>): handleUnaryCall<Request, Answer> =>
  (call, callback) => {
    Promise.resolve()
      .then(() => answer(call))
      .then(
        (done) => callback(null, done),
        (error: unknown) => callback(toServiceError(error)),
      );
  };
