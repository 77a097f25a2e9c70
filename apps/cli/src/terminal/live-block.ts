/** The part of a terminal stream that is used. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const ERASE_BELOW = '\u001b[0J';
const cursorUp = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r` : '\r');

/**
 * Some lines at the bottom of the terminal that are redrawn in place, with everything else scrolling by above them. Where
 * there is no terminal, only that everything else is written.
 */
export class LiveBlock {
  private drawn = 0;
  private lines: readonly string[] = [];

  constructor(private readonly terminal: Terminal) {}

  get isLive(): boolean {
    return this.terminal.isTTY === true;
  }

  /** Writes text that ends with a line feed above the block. */
  write(text: string): void {
    this.terminal.write(`${this.erased()}${text}`);
    this.draw();
  }

  /** Replaces the block. Lines are cut to the width of the terminal: wrapped ones could not be erased. */
  update(lines: readonly string[]): void {
    if (!this.isLive) return;
    const width = this.terminal.columns ?? 80;
    const erased = this.erased();
    this.lines = lines.map((line) => (line.length >= width ? `${line.slice(0, width - 2)}…` : line));
    this.terminal.write(erased);
    this.draw();
  }

  /** Takes the block away. */
  clear(): void {
    this.update([]);
  }

  private erased(): string {
    const text = this.drawn > 0 ? `${cursorUp(this.drawn)}${ERASE_BELOW}` : '';
    this.drawn = 0;
    return text;
  }

  private draw(): void {
    if (!this.isLive || this.lines.length === 0) return;
    this.terminal.write(`${this.lines.join('\n')}\n`);
    this.drawn = this.lines.length;
  }
}
