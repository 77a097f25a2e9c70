import type { RecordSource } from './source.js';

/** The values of a proto enum as we name them in TypeScript: short and in lower case. */
export class EnumNames<T extends string, Code extends number> {
  private readonly byName = new Map<string, T>();
  private readonly byCode = new Map<number, T>();

  /**
   * @param prefix what the proto puts before each name, e.g. `INTERACTION_TYPE_`
   * @param codes the proto's code of each value, unspecified left out
   * @param unspecified what an absent or unspecified value reads as; undefined where that is an error
   */
  constructor(
    prefix: string,
    private readonly codes: Readonly<Record<T, Code>>,
    private readonly unspecified?: T,
  ) {
    const add = (name: string, code: number, value: T): void => {
      this.byName.set(name.toLowerCase(), value).set(`${prefix}${name}`.toLowerCase(), value);
      this.byCode.set(code, value);
    };
    for (const [value, code] of Object.entries<Code>(codes)) add(value, code, value as T);
    if (unspecified !== undefined) add('unspecified', 0, unspecified);
  }

  /** The value of a code or of a name: short or full, in any case. */
  read(source: RecordSource, field: string, given: unknown): T {
    const value = this.find(given);
    if (value !== undefined) return value;
    const problem =
      given === undefined || given === null || given === 0
        ? 'is missing'
        : `is ${show(given)}, which is no value of it`;
    throw source.error(field, problem, `give one of ${Object.keys(this.codes).join(', ')}`);
  }

  /** The proto's code of a value. */
  code(value: T): Code {
    return this.codes[value];
  }

  private find(given: unknown): T | undefined {
    if (typeof given === 'string') return this.byName.get(given) ?? this.byName.get(given.toLowerCase());
    if (typeof given === 'number') return this.byCode.get(given);
    return given === undefined || given === null ? this.unspecified : undefined;
  }
}

/** Enough of a foreign value to recognise it by. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}
