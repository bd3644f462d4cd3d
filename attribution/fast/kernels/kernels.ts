// What the house asks of WebAssembly: searches over packed sketches, many hashes at once, and matrix products.

export * from './keccak';
export * from './products';
export * from './scan';
