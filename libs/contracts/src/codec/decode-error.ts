import { ThawError } from '../errors.js';

/**
 * A record is not the message that its topic promises.
 *
 * `details` holds `type` (the message's full name), `field` (as in the proto, a header's name, or '' for the record as
 * a whole) and, when the record had them, the CloudEvents attributes `ce_id` and `ce_source` that name its origin.
 */
export class DecodeError extends ThawError {
  override readonly name = 'DecodeError';

  constructor(
    message: string,
    details: Readonly<Record<string, unknown>> & { readonly field: string },
    cause?: unknown,
  ) {
    super('EVENT_UNDECODABLE', message, { details, ...(cause === undefined ? {} : { cause }) });
  }

  /** The field at fault, as the proto spells it; a header's name; '' for the record as a whole. */
  get field(): string {
    return String(this.details['field']);
  }
}
