import type { Message } from 'kafkajs';

/**
 * The messages of a request for one topic, grouped by partition as they come.
 *
 * kafkajs groups them itself, by `messages.reduce` with a copy of the group for every message: quadratic, and a quarter
 * of what sending costs. The array that it is given here answers that one question with the groups that are there
 * already; in all else it is an array.
 */
export class MessagesByPartition {
  private readonly groups: Record<number, Message[]> = {};
  readonly messages: Message[] = [];

  constructor() {
    Object.defineProperty(this.messages, 'reduce', { value: () => this.groups });
  }

  /** How many partitions have a message. */
  get partitions(): number {
    return Object.keys(this.groups).length;
  }

  add(partition: number, message: Message): void {
    (this.groups[partition] ??= []).push(message);
    this.messages.push(message);
  }
}
