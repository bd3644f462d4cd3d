import type { Contradiction } from '../../chain/contradiction.ts'
import { find, type Tally } from '../report/tally.ts'

/** A lie that the chain's own hashes refute. It is as far as this node's history can be read. */
export function refutedHistory(tally: Tally, { what, facts }: Contradiction): void {
  const isHeader = /^(The header|A block)/.test(what)
  const { block, contract, receipt, ...others } = facts
  const [expected = 'what the hashes of the trusted block commit to', found = 'something else'] = told(others)
  const number = `${block ?? ''}`
  const hex = number === '' ? '<block>' : `0x${BigInt(number).toString(16)}`
  const method = isHeader ? `eth_getBlockByNumber '"${hex}"' false` : `eth_getBlockReceipts '"${hex}"'`
  find(tally, {
    check: isHeader ? 'headers' : 'receipts',
    severity: 'error',
    what,
    place: {
      block: block === undefined ? undefined : BigInt(number),
      contract: contract === undefined ? undefined : `${contract}`,
      subject: receipt === undefined ? undefined : `receipt ${receipt}`,
    },
    found,
    expected,
    reproduce: `cast rpc ${method} --raw --rpc-url $RPC`,
  })
  tally.unchecked.push({
    check: 'storage',
    what: `everything after block ${number === '' ? 'that' : BigInt(number) - 1n}`,
    why: 'this node’s history cannot be read any further',
    isNeeded: true,
  })
}

function told(facts: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(facts).map(([name, value]) => `${name} ${value}`)
}
