import { describe, expect, test } from '@jest/globals';
import { countFeatures, words } from './features.js';

describe('words', () => {
  test.each([
    ['Hot-Water BOTTLE', ['hot', 'water', 'bottle']],
    ['Ｔｅａ ﬁne', ['tea', 'fine']],
    ['Чайник 5л', ['чайник', '5л']],
    ['— !', []],
  ])('of %s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });
});

describe('countFeatures', () => {
  const counts = countFeatures({ title: 'Red tin', description: 'A red box' });

  test('counts a word of the title twice', () => {
    expect(counts.get('wred')).toBe(3);
    expect(counts.get('wbox')).toBe(1);
  });

  test('knows the order of words and the ends of words in the title only', () => {
    expect(counts.get('pred tin')).toBe(1);
    expect(counts.get('c<re')).toBe(1);
    expect(counts.get('ctin>')).toBe(1);
    expect(counts.has('cbox')).toBe(false);
  });

  test('never cuts a character in two', () => {
    const grams = [...countFeatures({ title: '𠮷𠮷', description: '' }).keys()].filter((key) => key.startsWith('c'));
    expect(grams).toEqual(['c<𠮷𠮷', 'c𠮷𠮷>', 'c<𠮷𠮷>']);
  });
});
