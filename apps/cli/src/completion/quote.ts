/** A word of bash and zsh that means itself. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A word of fish that means itself. */
export const fishQuoted = (text: string): string => `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;

/** Lines with white space before each. */
export const indented = (lines: readonly string[], by: string): string => lines.map((line) => by + line).join('\n');
