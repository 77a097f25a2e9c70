/** Headers of a Kafka record, as clients hand them over. Names are case-sensitive, values are UTF-8. */
export type RecordHeaders = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | null | undefined>>;

/** The text of a header, the last one where it is given several times; undefined where it is not given. */
export function headerText(headers: RecordHeaders | undefined, name: string): string | undefined {
  if (headers === undefined) return undefined;
  const given = headers[name];
  const value = Array.isArray(given)
    ? (given as readonly (Buffer | string)[]).at(-1)
    : (given as Buffer | string | null);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : value.toString('utf8');
}
