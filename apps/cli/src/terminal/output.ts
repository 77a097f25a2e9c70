import { Injectable } from '@nestjs/common';
import { ThawError } from '@thaw/contracts';

export interface OutputStreams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const PROCESS_STREAMS: OutputStreams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/**
 * What a command has to say. Its result goes to standard output, as text or as one JSON object; everything else goes to
 * standard error, so that the result can be piped.
 */
@Injectable()
export class Output {
  private format: 'text' | 'json' = 'text';
  private verbose = false;
  private readonly streams: OutputStreams = PROCESS_STREAMS;

  configure({ format, verbose }: { readonly format: 'text' | 'json'; readonly verbose: boolean }): void {
    this.format = format;
    this.verbose = verbose;
  }

  get isJson(): boolean {
    return this.format === 'json';
  }

  get isVerbose(): boolean {
    return this.verbose;
  }

  /** The result of the command, once: the object for `--output json`, otherwise the text. */
  result(object: Readonly<Record<string, unknown>>, text: () => string): void {
    this.streams.out(this.isJson ? `${JSON.stringify(object)}\n` : `${text()}\n`);
  }

  /** One line for the person at the terminal. */
  note(line: string): void {
    this.streams.err(`${line}\n`);
  }

  /** One clear message; with `--verbose` also where it came from. */
  error(thrown: unknown): void {
    const error = ThawError.from(thrown);
    const { code, message, retryable, details } = error;
    if (this.isJson) this.streams.out(`${JSON.stringify({ error: { code, message, retryable, details } })}\n`);
    this.note(`thaw: ${message}`);
    if (this.verbose) this.note(stackOf(thrown));
    else if (code === 'INTERNAL')
      this.note('This is a defect in Thaw. Run the command again with --verbose to see where.');
  }
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const stack = thrown.stack ?? thrown.message;
  return thrown.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(thrown.cause)}`;
}
