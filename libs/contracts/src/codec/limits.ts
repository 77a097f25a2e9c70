/** What a record may not exceed; beyond it lies the dead-letter topic. Sizes are bytes of UTF-8. */
export const LIMITS = {
  /** The value of one record: 64 KiB. */
  recordBytes: 65_536,
  /** Objects and arrays inside each other in a JSON record, the outermost included. */
  jsonDepth: 16,
  idBytes: 256,
  titleBytes: 1_024,
  descriptionBytes: 16_384,
  /** Event times are below this: the end of what a JavaScript Date can hold, in Unix epoch milliseconds. */
  eventTimeMs: 8.64e15,
} as const;
