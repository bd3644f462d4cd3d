// The messages of nodes that refuse a range as too large:
//
//   "this block range should work: [0x3e8, 0x5dc]"   Alchemy, Infura      "retry with the range 1000-1500"      reth
//   "exceed maximum block range: 5000"               Blast, BNB           "limited to a 10,000 range"           QuickNode
//   "ranges over 10000 blocks are not supported"     dRPC                 "max is 1k blocks"                    1RPC

const BETWEEN = [/\[\s*(0x[0-9a-f]+)\s*,\s*(0x[0-9a-f]+)\s*\]/i, /range:? (\d+) ?(?:-|to) ?(\d+)/i]
const AS_MANY = [
  /(\d[\d,_]*)(k?)[ -]?blocks?\b/i,
  /(\d[\d,_]*)(k?) (?:block )?range/i,
  /\brange\b[^\d.]{0,40}?(\d[\d,_]*)(k?)\b/i,
]

/** The limit in blocks that a node's refusal names; undefined where it names none. */
export function namedLimit(message: string): bigint | undefined {
  for (const pattern of BETWEEN) {
    const [, first, last] = pattern.exec(message) ?? []
    if (first === undefined || last === undefined) continue
    return atLeastOne(BigInt(last) - BigInt(first) + 1n)
  }
  for (const pattern of AS_MANY) {
    const [, digits, thousands] = pattern.exec(message) ?? []
    if (digits === undefined) continue
    return atLeastOne(BigInt(digits.replaceAll(/[,_]/g, '')) * (thousands === '' ? 1n : 1_000n))
  }
  return undefined
}

function atLeastOne(blocks: bigint): bigint | undefined {
  return blocks > 0n ? blocks : undefined
}
