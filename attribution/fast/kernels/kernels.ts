// What the house asks of WebAssembly: searches over packed sketches and their sums, and matrix products.

export * from './products';
export * from './scan';
export * from './sums';
