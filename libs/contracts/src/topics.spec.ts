import { describe, expect, test } from '@jest/globals';
import * as contracts from './index.js';
import { deadLetterTopic, INPUT_TOPICS, LIMITS, prefixedTopic, topic, TOPICS, topicSettings } from './index.js';

const all = [...TOPICS.values()];

describe('the topic registry', () => {
  test('names each topic once, in a way that Kafka takes with a prefix before it', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(TOPICS.size).toBe(INPUT_TOPICS.length * 2 + 5);
    for (const [name, definition] of TOPICS) {
      expect(definition.name).toBe(name);
      expect(prefixedTopic('tenant-7.', name)).toMatch(/^tenant-7\.[a-z.-]{1,200}$/);
    }
  });

  test('describes each topic: key, type, purpose, who writes and who reads', () => {
    for (const { key, messageType, purpose, writtenBy, readBy, partitions } of all) {
      for (const text of [key, messageType, purpose, ...writtenBy, ...readBy]) expect(text).not.toBe('');
      expect(writtenBy.length * readBy.length).toBeGreaterThan(0);
      expect(purpose).not.toContain('\n');
      expect(partitions).toBeGreaterThan(0);
    }
  });

  test('gives every input a dead-letter topic that takes whatever the input took', () => {
    for (const name of INPUT_TOPICS) {
      const dead = topic(deadLetterTopic(name));
      expect(dead.name).toBe(`${name}.dlq`);
      expect(dead.maxMessageBytes).toBeGreaterThan(topic(name).maxMessageBytes);
      expect(topic(name).maxMessageBytes).toBeGreaterThan(LIMITS.recordBytes);
    }
  });

  test('keeps inputs for ever, and what has an order in one partition', () => {
    for (const name of INPUT_TOPICS) expect(topic(name).retentionMs).toBe(-1);
    for (const name of ['graph-changes', 'versions', 'audit'] as const) expect(topic(name).partitions).toBe(1);
    for (const name of ['co-interactions', 'versions', 'embeddings'] as const) {
      expect(topicSettings(topic(name))['cleanup.policy']).toBe('compact');
    }
    expect(topicSettings(topic('audit'))).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'max.message.bytes': '1048588',
    });
  });

  test('names message types that exist', () => {
    const packages = new Map<string, unknown>(Object.entries(contracts));
    for (const { messageType } of all) {
      const match = /^thaw\.(\w+)\.v1\.(\w+)$/.exec(messageType);
      if (match !== null) expect(packages.get(match[1]!)).toHaveProperty(match[2]!);
    }
  });
});
