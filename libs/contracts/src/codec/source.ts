import { DecodeError } from './decode-error.js';
import { headerText, type RecordHeaders } from './headers.js';

/** CloudEvents attributes of a record: of its envelope, or of its headers in binary mode. */
export interface CloudEventAttributes {
  readonly id?: string | undefined;
  readonly source?: string | undefined;
  readonly time?: string | undefined;
}

/** Where the fields under examination come from: what errors need to name, and the time that stands in for a missing one. */
export class RecordSource {
  private envelope: CloudEventAttributes | undefined;

  constructor(
    /** Full name of the message, e.g. `thaw.events.v1.Interaction`. */
    readonly type: string,
    private readonly headers: RecordHeaders | undefined,
  ) {}

  /** Takes the attributes of a structured-mode envelope, which stand before those of the headers. */
  open(envelope: CloudEventAttributes): void {
    this.envelope = envelope;
  }

  /** The CloudEvents `time` attribute, if the record has one. */
  get time(): string | undefined {
    return this.envelope?.time ?? headerText(this.headers, 'ce_time');
  }

  /** An error about one field: `problem` continues the sentence that begins with the field, `wayOut` says what to do. */
  error(field: string, problem: string, wayOut: string, cause?: unknown): DecodeError {
    const subject = field === '' ? 'the record' : field;
    const id = this.envelope?.id ?? headerText(this.headers, 'ce_id');
    const source = this.envelope?.source ?? headerText(this.headers, 'ce_source');
    return new DecodeError(
      `${this.type}: ${subject} ${problem}; ${wayOut}`,
      {
        type: this.type,
        field,
        ...(id === undefined ? {} : { ce_id: id }),
        ...(source === undefined ? {} : { ce_source: source }),
      },
      cause,
    );
  }
}
