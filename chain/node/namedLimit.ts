// The messages of nodes that refuse a range as too large:
//
//   "this block range should work: [0x3e8, 0x5dc]"   Alchemy, Infura      "retry with the range 1000-1500"      reth
//   "exceed maximum block range: 5000"               Blast, BNB           "limited to a 10,000 range"           QuickNode
//   "ranges over 10000 blocks are not supported"     dRPC                 "max is 1k blocks"                    1RPC

const BETWEEN = [/\[\s*(0x[0-9a-f]+)\s*,\s*(0x[0-9a-f]+)\s*\]/i, /range:? (\d+) ?(?:-|to) ?(\d+)/i]
const AS_MANY = [
  /(\d[\d,_]*)(k?)[ -]?blocks?\b/gi,
  /(\d[\d,_]*)(k?) (?:block )?range/gi,
  /\brange\b[^\d.]{0,40}?(\d[\d,_]*)(k?)\b/gi,
]
/** Only beside one of those, which may be what was asked for. */
const AT_MOST = [
  /\bmax(?:imum)?(?: is)?(?: set to)?[ :]+(\d[\d,_]*)(k?)\b/gi,
  /\b(\d[\d,_]*)(k?) (?:are |is )?(?:max|allowed)\b/gi,
]

/** The limit in blocks that a node's refusal names; undefined where it names none. */
export function namedLimit(message: string): bigint | undefined {
  for (const pattern of BETWEEN) {
    const [, first, last] = pattern.exec(message) ?? []
    if (first === undefined || last === undefined) continue
    return atLeastOne(BigInt(last) - BigInt(first) + 1n)
  }
  const named = amountsIn(message, AS_MANY)
  const isOfBlocks = named.length > 0 || /\bblocks\b/i.test(message)
  return isOfBlocks ? least([...named, ...amountsIn(message, AT_MOST)]) : undefined
}

function amountsIn(message: string, patterns: readonly RegExp[]): readonly bigint[] {
  return patterns
    .flatMap((pattern) => [...message.matchAll(pattern)])
    .map(([, digits = '', thousands]) => BigInt(digits.replaceAll(/[,_]/g, '')) * (thousands === '' ? 1n : 1_000n))
}

/** Where a refusal also names what was asked for, that is the larger amount. */
function least(amounts: readonly bigint[]): bigint | undefined {
  return amounts.filter((amount) => amount > 0n).toSorted((a, b) => (a < b ? -1 : 1))[0]
}

function atLeastOne(blocks: bigint): bigint | undefined {
  return blocks > 0n ? blocks : undefined
}
