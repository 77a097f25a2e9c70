import { decodeInteraction, encodeInteraction } from '@thaw/contracts';
import type { Benchmark, BenchmarkContext, Result } from '../benchmark.js';
import { interactions } from './interactions.js';

const PASSES = 4;

/** The same values as slices of one buffer, as a Kafka client hands them over. */
function asFetched(values: readonly Buffer[]): Buffer[] {
  const fetched = Buffer.concat(values);
  let end = 0;
  return values.map((value) => fetched.subarray(end, (end += value.length)));
}

/** CPU-nanoseconds per event of the last pass, when the code is as fast as it gets. */
async function nanoseconds(context: BenchmarkContext, events: number, pass: () => void): Promise<number> {
  for (let i = 1; i < PASSES; i++) pass();
  const { cpuSeconds } = await context.measure(pass);
  return (cpuSeconds * 1e9) / events;
}

/** What decision 0001 rests on. */
export const codec: Benchmark = {
  options: { events: { default: 200_000, help: 'distinct interactions' } },

  async run(context) {
    const count = context.number('events');
    const events = interactions(count);
    const results: Result[] = [];
    for (const encoding of ['json', 'protobuf'] as const) {
      context.progress(`${count} interactions as ${encoding}`);
      const records = events.map((event) => encodeInteraction(event, encoding));
      const values = asFetched(records.map(({ value }) => value));
      const headers = records[0]?.headers;
      let bytes = 0;
      const encode = await nanoseconds(context, count, () => {
        for (const event of events) bytes += encodeInteraction(event, encoding).value.length;
      });
      let newest = 0;
      const decode = await nanoseconds(context, count, () => {
        for (const value of values) newest = Math.max(newest, decodeInteraction(value, headers).eventTimeMs);
      });
      const facts = { workload: encoding, events: count, bytes_per_event: Math.round(bytes / PASSES / count) };
      results.push(
        { metric: 'encode_cpu_nanoseconds', value: encode, unit: 'ns/event', ...facts },
        { metric: 'decode_cpu_nanoseconds', value: decode, unit: 'ns/event', ...facts },
      );
    }
    return results;
  },
};
