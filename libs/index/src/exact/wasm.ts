/** The part of WebAssembly that exact search needs, for which Node has no types of its own. */
interface WasmApi {
  Module: new (bytes: Uint8Array) => WasmModule;
  Memory: new (descriptor: { initial: number; maximum: number }) => WasmMemory;
  Instance: new (module: WasmModule, imports: { env: { memory: WasmMemory } }) => { readonly exports: unknown };
}

export type WasmModule = object;

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB, after which `buffer` is another one. Throws RangeError. */
  grow(pages: number): number;
}

export const { Module, Memory, Instance } = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
