// What the house asks of WebAssembly: searches over packed sketches and their sums, many hashes at once, and matrix products.

export * from './keccak';
export * from './products';
export * from './scan';
export * from './sums';
