import type { Hex } from 'viem'
import { type ChannelKey, channelId } from '../../sdk/channel.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { promisedRecord, type Receipt } from '../../sdk/receipt.ts'
import { coveredUnitsOf, signerOfVoucher } from '../../sdk/voucher.ts'
import type { ChannelState, ChannelUse } from './channelLimits.ts'
import { channelName, type KeptVoucher } from './operatorJournal.ts'
import type { Serving } from './serving.ts'

/** Channels as an operator finds them: the chain's side, the vouchers it keeps, and what it served and has not recorded. */
export interface UsedChannel extends ChannelUse {
  readonly payer: number
  readonly salt: number
  readonly id: Hex
  /** The largest voucher that the channel's present signer signed. */
  readonly best: KeptVoucher | undefined
}

/** Asks for channels, and holds their vouchers to their signers. */
export async function channelsInUse(
  connection: Connection,
  serving: Serving,
  named: readonly { readonly payer: number; readonly salt: number }[],
  vouchers: ReadonlyMap<string, KeptVoucher>,
  waiting: readonly Receipt[],
): Promise<ReadonlyMap<string, UsedChannel>> {
  const distinct = new Map(named.map((channel) => [channelName(channel), channel]))
  const found = await Promise.all(
    [...distinct].map(async ([name, { payer, salt }]): Promise<[string, UsedChannel]> => {
      const key = { payer, salt, operator: serving.operator, model: serving.model.model }
      const state = await channelState(connection, key)
      const kept = vouchers.get(name)
      const best = kept && (await isSigned(connection, key, state, kept)) ? kept : undefined
      const units = best && coveredUnitsOf(best.maxClaimableAmount, serving.model.terms.feeUnitGwei)
      return [
        name,
        {
          payer,
          salt,
          id: channelId(key),
          state,
          best,
          voucher: units === undefined ? undefined : { units },
          owedUnits: unitsOf(waiting.filter((receipt) => isOn(receipt, { payer, salt }))),
        },
      ]
    }),
  )
  return new Map(found)
}

/** Whether a voucher counts for a channel now. */
export async function isSigned(
  { reader, contracts }: Connection,
  key: ChannelKey,
  state: ChannelState,
  { maxClaimableAmount, signature }: Pick<KeptVoucher, 'maxClaimableAmount' | 'signature'>,
): Promise<boolean> {
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const signer = await signerOfVoucher(place, { channelId: channelId(key), maxClaimableAmount, signature })
  return signer !== undefined && signer.toLowerCase() === state.signer.toLowerCase()
}

export async function channelState({ reader, contracts }: Connection, key: ChannelKey): Promise<ChannelState> {
  return await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args: [key] })
}

export function isOn(receipt: Receipt, { payer, salt }: { readonly payer: number; readonly salt: number }): boolean {
  return receipt.payer === payer && receipt.channelSalt === salt
}

export function unitsOf(receipts: readonly Receipt[]): number {
  return receipts.reduce((sum, receipt) => sum + promisedRecord(receipt).feeUnits, 0)
}
