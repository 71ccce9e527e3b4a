/** What the line scanner and the line encoder use of it. The types of Node do not have it, and those of browsers have much else. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class Instance<Exports> {
    constructor(module: Module);
    readonly exports: Exports;
  }
}
