import { toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { DEMO_MNEMONIC } from '../../examples/demo/wallets.ts'

/** The key of the demo's wallet at `index`, as an environment would carry it. */
export function keyOf(index: number): string {
  const { privateKey } = mnemonicToAccount(DEMO_MNEMONIC, { addressIndex: index }).getHdKey()
  if (privateKey === null) throw new Error('a derived key can sign')
  return toHex(privateKey)
}
