export { HashedTfIdfEncoder, type HashedTfIdfSettings } from './hashed-tfidf-encoder.js';
export type { ProductText, TextEncoder } from './text-encoder.js';
