// Vouchers' signatures. A voucher that raised what a channel covers stands in the calldata of its transaction, signed by the
// channel's plain key (EIP-712). It proves itself: no matter who gives the calldata, the payer's key signed that amount.

import { type Abi, decodeFunctionData, type Hex, isAddressEqual, toFunctionSelector, zeroAddress } from 'viem'
import type { Reader } from '../../sdk/chain.ts'
import { type ChannelKey, channelId, decodeChannels } from '../../sdk/channel.ts'
import { abis } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { coveredUnitsOf, decodeVouchers, signerOfVoucher, type Voucher } from '../../sdk/voucher.ts'
import { placeOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { Raise } from '../world/channels.ts'

export interface VoucherQuery {
  readonly reader: Reader
  readonly deployment: Deployment
  readonly tally: Tally
  readonly signal: AbortSignal
}

/** Transactions that are asked for at once. */
const AT_ONCE = 16

export async function checkVouchers(query: VoucherQuery, raises: readonly Raise[]): Promise<void> {
  const byTransaction = [...Map.groupBy(raises, ({ at }) => at.transactionHash)]
  const next = byTransaction.values()
  const work = async (): Promise<void> => {
    for (const [hash, raised] of next) {
      query.signal.throwIfAborted()
      const input = await query.reader.getTransaction({ hash }).then(
        (transaction) => transaction.input,
        () => undefined,
      )
      for (const raise of raised) await checkRaise(query, raise, input)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, byTransaction.length) }, work))
}

async function checkRaise({ deployment, tally }: VoucherQuery, raise: Raise, input: Hex | undefined): Promise<void> {
  const { channel, key, signer, coveredUnits, feeUnitGwei, at } = raise
  if (input === undefined) {
    const why = 'the node does not give the transactions that presented them'
    if (!tally.unchecked.some((one) => one.check === 'vouchers' && one.why === why))
      tally.unchecked.push({ check: 'vouchers', what: 'signatures of vouchers', why, isNeeded: true })
    return
  }
  count(tally, 'vouchers')
  const place = { chainId: deployment.chainId, address: deployment.contracts.channels }
  const presented = vouchersIn(input, key).filter(
    ({ channelId: id, maxClaimableAmount }) =>
      id === channel && coveredUnitsOf(maxClaimableAmount, feeUnitGwei) >= coveredUnits,
  )
  const signers: string[] = []
  for (const voucher of presented) {
    const found = (await signerOfVoucher(place, voucher)) ?? zeroAddress
    if (isAddressEqual(found, signer as Hex) && found !== zeroAddress) return
    signers.push(`${voucher.maxClaimableAmount} wei, signed by ${found}`)
  }
  find(tally, {
    check: 'vouchers',
    severity: 'error',
    what: `Channel ${channel} covers more than its signer’s vouchers, as far as they were presented`,
    place: placeOf(at, 'channels'),
    found: signers.join('; ') || `no voucher for ${coveredUnits} fee units in the transaction’s calldata`,
    expected: `a voucher for ${coveredUnits} fee units of ${feeUnitGwei} gwei at least, signed by ${signer}`,
    reproduce: `cast tx ${at.transactionHash} input --rpc-url $RPC`,
  })
}

const CALLS = [
  { abi: abis.ledger, name: 'recordBatch' },
  { abi: abis.channels, name: 'present' },
] as const
const selectors = CALLS.map(({ abi, name }) =>
  toFunctionSelector(abi.find((item) => item.type === 'function' && item.name === name) as never).slice(2),
)

/** The vouchers of a transaction for channels of this operator and model: of a call, or of one that another call carries. */
function vouchersIn(input: Hex, { operator, model }: ChannelKey): readonly Voucher[] {
  const found: Voucher[] = []
  for (const [i, { abi }] of CALLS.entries()) {
    const selector = selectors[i] as string
    for (let at = input.indexOf(selector); at >= 0; at = input.indexOf(selector, at + 1)) {
      try {
        const call = decodeFunctionData({ abi: abi as Abi, data: `0x${input.slice(at)}` })
        found.push(...vouchersOf(call as Call, operator, model))
      } catch {
        // The same bytes by chance.
      }
    }
  }
  return found
}

type Call =
  | { readonly functionName: 'recordBatch'; readonly args: readonly [model: number, channels: Hex, vouchers: Hex, Hex] }
  | { readonly functionName: 'present'; readonly args: readonly [ChannelKey, amount: bigint, r: Hex, vs: Hex] }

function vouchersOf(call: Call, operator: number, model: number): readonly Voucher[] {
  if (call.functionName === 'present') {
    const [key, maxClaimableAmount, r, vs] = call.args
    return [{ channelId: channelId(key), maxClaimableAmount, signature: `${r}${vs.slice(2)}` }]
  }
  const [, channels, vouchers] = call.args
  const named = decodeChannels(Buffer.from(channels.slice(2), 'hex'))
  return decodeVouchers(Buffer.from(vouchers.slice(2), 'hex')).flatMap(({ channel, ...voucher }) => {
    const one = named[channel]
    return one === undefined ? [] : [{ ...voucher, channelId: channelId({ ...one, operator, model }) }]
  })
}
