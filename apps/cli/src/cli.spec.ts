import { describe, expect, test } from '@jest/globals';
import { scratchFolder, thaw } from './testing/thaw.js';
import { thawMany } from './testing/thaw-many.js';

const COMMANDS = [
  ...['up', 'simulate', 'import', 'produce', 'recommend', 'status', 'watch', 'verify', 'topics', 'config'],
  ...['versions', 'runs', 'retrain', 'cancel', 'pause', 'resume', 'activate', 'promote', 'rollback', 'release'],
  ...['audit', 'completion'],
];

describe('the command line', () => {
  test('lists every command, and each has help with examples and the common options', async () => {
    const [overview, ...helps] = await thawMany([['--help'], ...COMMANDS.map((command) => [command, '--help'])]);
    expect(overview!.exit).toBe(0);
    for (const [i, command] of COMMANDS.entries()) {
      expect(overview!.out).toMatch(new RegExp(`^  ${command} `, 'm'));
      const { exit, out } = helps[i]!;
      expect({ command, exit }).toEqual({ command, exit: 0 });
      expect(out).toContain(`Usage: thaw ${command}`);
      expect(out).toMatch(/Examples:\n {2}\$ .*thaw/);
      expect(out).toContain('--output <format>');
    }
  });

  test('says what is wrong with a command line that makes no sense', async () => {
    const wrong: readonly (readonly [string[], RegExp])[] = [
      [['simulat'], /Did you mean simulate\?/],
      [['topics', '--outptu', 'json'], /Did you mean --output\?/],
      [['topics', '--output', 'yaml'], /Allowed choices are text, json/],
      [['simulate', '--rate', 'fast'], /Give a number above 0/],
      [['import'], /missing required argument/],
      [['verify', '--sample', 'some'], /Give a whole number, 0 or more/],
      [['produce', 'orders', '{}'], /there is no topic orders/],
      [['recommend'], /Say whom to recommend for/],
      [['recommend', 's1', '--listed', 'p1'], /not both/],
      [['retrain'], /Say --full or --fine-tune/],
      [['retrain', '--full', '--fine-tune'], /one of them/],
      [['promote', 'v000001', '--yes'], /--reason/],
      [['completion', 'tcsh'], /name bash, zsh, fish/],
    ];
    const answers = await thawMany(wrong.map(([args]) => args));
    for (const [i, [args, message]] of wrong.entries()) {
      const { exit, out, err } = answers[i]!;
      expect({ args, exit, out }).toEqual({ args, exit: 2, out: '' });
      expect(err).toMatch(message);
    }
  });

  test('lists every bad setting at once, as text and as JSON', async () => {
    const settings = { THAW_HISTORY_LIMIT: 'many', THAW_TOPIC_PREFX: 'x' };
    const { exit, out, err } = await thaw(['config', '--output', 'json'], settings);
    expect(exit).toBe(3);
    expect(err).toMatch(/THAW_HISTORY_LIMIT.*\n.*did you mean THAW_TOPIC_PREFIX\?/);
    expect(err).not.toMatch(/^\s+at /m);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'CONFIG_INVALID', retryable: false } });
  });

  test('shows where an error comes from only when asked', async () => {
    const { err } = await thaw(['config', '--verbose'], { THAW_HISTORY_LIMIT: 'many' });
    expect(err).toMatch(/^\s+at /m);
  });

  test('prints the configuration without its secrets', async () => {
    const settings = {
      KAFKA_BROKERS: 'kafka-1:9092',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'shop',
      KAFKA_SASL_PASSWORD: 'hunter2',
    };
    const { exit, out } = await thaw(['config', '--output', 'json'], settings);
    expect(exit).toBe(0);
    expect(out).not.toContain('hunter2');
    const report = JSON.parse(out) as { settings: object[] };
    expect(report.settings).toContainEqual(
      expect.objectContaining({ name: 'KAFKA_SASL_PASSWORD', value: '***', source: 'env' }),
    );
    expect(report.settings).toContainEqual(
      expect.objectContaining({ name: 'THAW_HISTORY_LIMIT', value: 200, source: 'default' }),
    );
  });

  test('says that a Kafka is not there', async () => {
    const { exit, err } = await thaw(['topics'], { KAFKA_BROKERS: '127.0.0.1:1' });
    expect(exit).toBe(4);
    expect(err).toContain('127.0.0.1:1');
  });

  test('says to run `thaw up` where that is what is missing', async () => {
    const folder = await scratchFolder();
    const settings = { THAW_DATA_DIR: folder.path };
    const event = '{"customer_id":"c","product_id":"p","type":"view","event_time_ms":1}';
    const { exit, err } = await thaw(['produce', 'interactions', event], settings);
    await folder.remove();
    expect(exit).toBe(4);
    expect(err).toContain('thaw up');
  });

  test('generates without a Kafka, the same events for the same seed', async () => {
    const args = ['simulate', '--dry-run', '--events', '20000', '--seed', '7', '--output', 'json'];
    const [first, second] = [await thaw(args), await thaw(args)];
    expect(first.exit).toBe(0);
    const report = JSON.parse(first.out) as { events: number; byTopic: Record<string, number>; shape: null };
    expect(report).toMatchObject({ events: 20_000, shape: null, seed: 7, dryRun: true });
    expect(report.byTopic).toEqual((JSON.parse(second.out) as typeof report).byTopic);
    expect(Object.values(report.byTopic).reduce((sum, n) => sum + n, 0)).toBe(20_000);
  });
});
