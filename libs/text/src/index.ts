export { CachedTextEncoder, textKey, type VectorCache } from './cached-encoder.js';
export { HashedTfIdfEncoder, type HashedTfIdfSettings } from './hashed-tfidf-encoder.js';
export { OnnxTextEncoder, type EmbedTexts, type OnnxSettings } from './onnx-encoder.js';
export type { ProductText, TextEncoder } from './text-encoder.js';
