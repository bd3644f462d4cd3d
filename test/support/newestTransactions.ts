import { concatHex, fromRlp, type Hex, numberToHex, sha256, toRlp } from 'viem'
import { type HDAccount, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import type { DevNode } from './devNodes.ts'

/** Transactions of kinds that a node signs for nobody: they come signed, by accounts that send nothing else. */

const MNEMONIC = 'test test test test test test test test test test test junk'
const FEES = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1n, gas: 200_000n } as const
/** A point at infinity: commitment to a blob of zeros, and proof of whatever is said of one. */
const INFINITY: Hex = `0xc0${'00'.repeat(47)}`
const BLOB: Hex = `0x${'00'.repeat(131_072)}`
const CELLS = 128

export interface Sender {
  /** Carries a blob, and calls `to`: EIP-4844. */
  sendBlob(to: Hex): Promise<void>
  /** Lets an account act as the contract `to`, and calls it: EIP-7702. */
  sendDelegation(to: Hex): Promise<void>
}

/** Since Osaka each cell of a blob is proven by itself: EIP-7594. */
export async function senderOn(dev: DevNode, proves: 'blobs' | 'cells'): Promise<Sender> {
  const chainId = Number(await dev.request('eth_chainId'))
  const [ofBlobs, ofDelegations] = [8, 9].map((addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex }))
  const nonces = new Map<HDAccount | undefined, number>()
  const nextNonce = (account: HDAccount | undefined) => {
    const nonce = nonces.get(account) ?? 0
    nonces.set(account, nonce + 1)
    return nonce
  }
  if (ofBlobs === undefined || ofDelegations === undefined) throw new Error('Every mnemonic has any number of accounts')
  const send = (raw: Hex) => dev.request('eth_sendRawTransaction', [raw])
  return {
    sendBlob: async (to) => {
      const versionedHash = concatHex(['0x01', `0x${sha256(INFINITY).slice(4)}`])
      const blob = { blobVersionedHashes: [versionedHash], maxFeePerBlobGas: 1_000_000_000n }
      const nonce = nextNonce(ofBlobs)
      const signed = await ofBlobs.signTransaction({ type: 'eip4844', chainId, nonce, to, ...FEES, ...blob })
      const body = fromRlp(`0x${signed.slice(4)}`, 'hex')
      const [version, proofs] = proves === 'cells' ? [['0x01'] as const, CELLS] : [[], 1]
      await send(concatHex(['0x03', toRlp([body, ...version, [BLOB], [INFINITY], Array(proofs).fill(INFINITY)])]))
    },
    sendDelegation: async (to) => {
      const nonce = nextNonce(ofDelegations)
      const account = privateKeyToAccount(numberToHex(nonce + 1, { size: 32 }))
      const authorization = await account.signAuthorization({ contractAddress: to, chainId, nonce: 0 })
      const call = { to: account.address, authorizationList: [authorization], ...FEES }
      await send(await ofDelegations.signTransaction({ type: 'eip7702', chainId, nonce, ...call }))
    },
  }
}
