/** The part of the WebAssembly JavaScript API (W3C) that the kernel uses: Node's types do not declare it. */
declare namespace WebAssembly {
  class Module {
    private readonly brand: 'WebAssembly.Module';
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
    /** @returns the pages before */
    grow(pages: number): number;
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: unknown;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
