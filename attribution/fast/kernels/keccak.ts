// Many keccak256 hashes at once: records of one length, and pairs of neighbours in a Merkle tree. AssemblyScript.
//
// The permutation keeps its 25 lanes s_{x + 5y} in locals (FIPS 202, section 3.2; the padding byte is 0x01, as on chain).

const RATE: usize = 136;
const NODE: usize = 32;

/** ι: what is mixed into the first lane, round by round. */
const ROUND_CONSTANTS = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

/** records (count × size) → hashes (count × 32). `state` is scratch of 200 bytes, `block` of 136. */
export function hashRecords(records: usize, size: usize, count: usize, hashes: usize, state: usize, block: usize): void {
  for (let i: usize = 0; i < count; i++) {
    hash(records + i * size, size, hashes + i * NODE, state, block);
  }
}

/** nodes (2 · count × 32) → the nodes above them (count × 32): each the hash of two neighbours, the smaller first. */
export function hashPairs(nodes: usize, count: usize, above: usize, state: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const left = nodes + i * (2 * NODE);
    const right = left + NODE;
    const swap = isAbove(left, right);
    memory.fill(state, 0, 200);
    for (let at: usize = 0; at < NODE; at += 8) {
      store<u64>(state + at, load<u64>((swap ? right : left) + at));
      store<u64>(state + at, load<u64>((swap ? left : right) + at), NODE);
    }
    store<u64>(state, 1, 2 * NODE);
    store<u64>(state, 0x8000000000000000, RATE - 8);
    permute(state);
    memory.copy(above + i * NODE, state, NODE);
  }
}

function hash(message: usize, length: usize, out: usize, state: usize, block: usize): void {
  memory.fill(state, 0, 200);
  let at = message;
  let left = length;
  for (; left >= RATE; left -= RATE) {
    absorb(state, at);
    permute(state);
    at += RATE;
  }
  memory.fill(block, 0, RATE);
  memory.copy(block, at, left);
  store<u8>(block + left, 0x01);
  store<u8>(block, load<u8>(block, RATE - 1) | 0x80, RATE - 1);
  absorb(state, block);
  permute(state);
  memory.copy(out, state, NODE);
}

/** Whether one node is the larger, as a number whose first byte counts most. */
function isAbove(a: usize, b: usize): bool {
  for (let at: usize = 0; at < NODE; at += 8) {
    const x = bswap(load<u64>(a + at));
    const y = bswap(load<u64>(b + at));
    if (x != y) return x > y;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function absorb(state: usize, block: usize): void {
  for (let at: usize = 0; at < RATE; at += 8) store<u64>(state + at, load<u64>(state + at) ^ load<u64>(block + at));
}

function permute(state: usize): void {
  let s0 = load<u64>(state);
  let s1 = load<u64>(state, 8);
  let s2 = load<u64>(state, 16);
  let s3 = load<u64>(state, 24);
  let s4 = load<u64>(state, 32);
  let s5 = load<u64>(state, 40);
  let s6 = load<u64>(state, 48);
  let s7 = load<u64>(state, 56);
  let s8 = load<u64>(state, 64);
  let s9 = load<u64>(state, 72);
  let s10 = load<u64>(state, 80);
  let s11 = load<u64>(state, 88);
  let s12 = load<u64>(state, 96);
  let s13 = load<u64>(state, 104);
  let s14 = load<u64>(state, 112);
  let s15 = load<u64>(state, 120);
  let s16 = load<u64>(state, 128);
  let s17 = load<u64>(state, 136);
  let s18 = load<u64>(state, 144);
  let s19 = load<u64>(state, 152);
  let s20 = load<u64>(state, 160);
  let s21 = load<u64>(state, 168);
  let s22 = load<u64>(state, 176);
  let s23 = load<u64>(state, 184);
  let s24 = load<u64>(state, 192);
  for (let round = 0; round < 24; round++) {
    // θ
    const c0 = s0 ^ s5 ^ s10 ^ s15 ^ s20;
    const c1 = s1 ^ s6 ^ s11 ^ s16 ^ s21;
    const c2 = s2 ^ s7 ^ s12 ^ s17 ^ s22;
    const c3 = s3 ^ s8 ^ s13 ^ s18 ^ s23;
    const c4 = s4 ^ s9 ^ s14 ^ s19 ^ s24;
    const d0 = c4 ^ rotl(c1, 1);
    const d1 = c0 ^ rotl(c2, 1);
    const d2 = c1 ^ rotl(c3, 1);
    const d3 = c2 ^ rotl(c4, 1);
    const d4 = c3 ^ rotl(c0, 1);
    // ρ and π
    const b0 = s0 ^ d0;
    const b1 = rotl(s6 ^ d1, 44);
    const b2 = rotl(s12 ^ d2, 43);
    const b3 = rotl(s18 ^ d3, 21);
    const b4 = rotl(s24 ^ d4, 14);
    const b5 = rotl(s3 ^ d3, 28);
    const b6 = rotl(s9 ^ d4, 20);
    const b7 = rotl(s10 ^ d0, 3);
    const b8 = rotl(s16 ^ d1, 45);
    const b9 = rotl(s22 ^ d2, 61);
    const b10 = rotl(s1 ^ d1, 1);
    const b11 = rotl(s7 ^ d2, 6);
    const b12 = rotl(s13 ^ d3, 25);
    const b13 = rotl(s19 ^ d4, 8);
    const b14 = rotl(s20 ^ d0, 18);
    const b15 = rotl(s4 ^ d4, 27);
    const b16 = rotl(s5 ^ d0, 36);
    const b17 = rotl(s11 ^ d1, 10);
    const b18 = rotl(s17 ^ d2, 15);
    const b19 = rotl(s23 ^ d3, 56);
    const b20 = rotl(s2 ^ d2, 62);
    const b21 = rotl(s8 ^ d3, 55);
    const b22 = rotl(s14 ^ d4, 39);
    const b23 = rotl(s15 ^ d0, 41);
    const b24 = rotl(s21 ^ d1, 2);
    // χ and ι
    s0 = b0 ^ (~b1 & b2) ^ load<u64>(ROUND_CONSTANTS + ((<usize>round) << 3));
    s1 = b1 ^ (~b2 & b3);
    s2 = b2 ^ (~b3 & b4);
    s3 = b3 ^ (~b4 & b0);
    s4 = b4 ^ (~b0 & b1);
    s5 = b5 ^ (~b6 & b7);
    s6 = b6 ^ (~b7 & b8);
    s7 = b7 ^ (~b8 & b9);
    s8 = b8 ^ (~b9 & b5);
    s9 = b9 ^ (~b5 & b6);
    s10 = b10 ^ (~b11 & b12);
    s11 = b11 ^ (~b12 & b13);
    s12 = b12 ^ (~b13 & b14);
    s13 = b13 ^ (~b14 & b10);
    s14 = b14 ^ (~b10 & b11);
    s15 = b15 ^ (~b16 & b17);
    s16 = b16 ^ (~b17 & b18);
    s17 = b17 ^ (~b18 & b19);
    s18 = b18 ^ (~b19 & b15);
    s19 = b19 ^ (~b15 & b16);
    s20 = b20 ^ (~b21 & b22);
    s21 = b21 ^ (~b22 & b23);
    s22 = b22 ^ (~b23 & b24);
    s23 = b23 ^ (~b24 & b20);
    s24 = b24 ^ (~b20 & b21);
  }
  store<u64>(state, s0);
  store<u64>(state, s1, 8);
  store<u64>(state, s2, 16);
  store<u64>(state, s3, 24);
  store<u64>(state, s4, 32);
  store<u64>(state, s5, 40);
  store<u64>(state, s6, 48);
  store<u64>(state, s7, 56);
  store<u64>(state, s8, 64);
  store<u64>(state, s9, 72);
  store<u64>(state, s10, 80);
  store<u64>(state, s11, 88);
  store<u64>(state, s12, 96);
  store<u64>(state, s13, 104);
  store<u64>(state, s14, 112);
  store<u64>(state, s15, 120);
  store<u64>(state, s16, 128);
  store<u64>(state, s17, 136);
  store<u64>(state, s18, 144);
  store<u64>(state, s19, 152);
  store<u64>(state, s20, 160);
  store<u64>(state, s21, 168);
  store<u64>(state, s22, 176);
  store<u64>(state, s23, 184);
  store<u64>(state, s24, 192);
}
