/** How many events from the first one on are acknowledged without a gap. */
export class Watermark {
  private readonly waiting: { readonly count: number; done: boolean }[] = [];

  constructor(private acknowledged: number) {}

  get value(): number {
    return this.acknowledged;
  }

  /** The next `count` events are on their way; call what is returned when they are acknowledged. */
  begin(count: number): () => void {
    const batch = { count, done: false };
    this.waiting.push(batch);
    return () => {
      batch.done = true;
      while (this.waiting[0]?.done === true) this.acknowledged += this.waiting.shift()!.count;
    };
  }
}
