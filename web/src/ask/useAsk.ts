import {
  amountCovering,
  type ChannelState,
  getChannel,
  promisedRecord,
  type SigningClient,
  signedReceipt,
  signVoucher,
} from '@attribution-ledger/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { bytesToHex } from 'viem'
import { useConfig } from 'wagmi'
import { getConnectorClient } from 'wagmi/actions'
import { isDecline, reasonOf } from '../claim/state.ts'
import { usePage } from '../context.ts'
import { openParts } from '../format.ts'
import { useReader } from '../ledger/useReader.ts'
import { askGateway, GatewayRefusal, priceOf, type Reply, voucherHeader } from './askGateway.ts'
import { receiptFault } from './checkReceipt.ts'
import { type KeptCall, keepTally, tallyOf } from './keep.ts'
import type { Offer } from './offers.ts'
import type { Payer } from './usePayer.ts'
import { nextVoucher, spentUnits, unitsCovering } from './vouchers.ts'

/** Where a question is: Priced → Signed → Answered. */
export type AskState =
  | { readonly step: 'ready' }
  | { readonly step: 'pricing' }
  | { readonly step: 'signing'; readonly inAllGwei: bigint }
  | { readonly step: 'answering' }
  | { readonly step: 'answered'; readonly said: string }
  | { readonly step: 'declined' }
  /** `signUnits`: what a larger voucher has to say, where that is all that is missing. */
  | { readonly step: 'refused'; readonly why: string; readonly signUnits?: number | undefined }

interface Opened {
  readonly payer: Payer
  readonly channel: ChannelState
}

const WEI_PER_GWEI = 1_000_000_000n

/** Questions of the connected wallet, each paid by a voucher that it signs. */
export function useAsk(offer: Offer, { payer, channel }: Opened, answered: (call: KeptCall) => void) {
  const { deployment, gatewayUrl = '' } = usePage()
  const reader = useReader()
  const config = useConfig()
  const queries = useQueryClient()
  const [state, setState] = useState<AskState>({ step: 'ready' })
  const named = useRef<{ readonly question: string; readonly key: string }>(undefined)
  const { ledger } = deployment.contracts
  const { feeUnitGwei } = payer

  const nameOf = (question: string): string => {
    if (named.current?.question !== question)
      named.current = { question, key: bytesToHex(crypto.getRandomValues(new Uint8Array(16))) }
    return named.current.key
  }

  /** What to sign for; throws where the deposit does not hold it. */
  const unitsFor = async (question: string): Promise<number> => {
    const mostUnits = unitsCovering(await priceOf(gatewayUrl, offer, question), feeUnitGwei)
    const now = await getChannel(reader.client, { deployment, channel: payer.key })
    const tally = tallyOf(ledger, channel.id)
    const missing = spentUnits(now, tally) + mostUnits - now.limitUnits
    if (missing > 0) throw new Error(`Your deposit is ${open(missing)} OPEN too small for this question. Add to it.`)
    return nextVoucher(now, tally, mostUnits)
  }

  const pay = async (question: string, units: number): Promise<Reply> => {
    setState({ step: 'signing', inAllGwei: BigInt(units) * feeUnitGwei })
    const signer = (await getConnectorClient(config, { chainId: deployment.chainId })) as SigningClient
    const maxClaimableAmount = amountCovering(BigInt(units), feeUnitGwei)
    const voucher = await signVoucher(signer, { deployment, channel: payer.key, maxClaimableAmount })
    setState({ step: 'answering' })
    const tally = tallyOf(ledger, channel.id)
    keepTally(ledger, channel.id, { ...tally, signedUnits: Math.max(tally.signedUnits, units) })
    const header = voucherHeader(payer.key.payer, payer.key.salt, voucher)
    return await askGateway(gatewayUrl, offer, question, { voucher: header, key: nameOf(question) })
  }

  /** @param signUnits What a refusal named, where the asker agrees to it. */
  const ask = async (question: string, signUnits?: number): Promise<boolean> => {
    setState({ step: 'pricing' })
    try {
      const reply = await pay(question, signUnits ?? (await unitsFor(question)))
      const call = await callOf(reply, question)
      const tally = tallyOf(ledger, channel.id)
      const feeUnits = unitsCovering(BigInt(call.feeGwei), feeUnitGwei)
      keepTally(ledger, channel.id, { ...tally, servedUnits: spentUnits(channel, tally) + feeUnits })
      named.current = undefined
      answered(call)
      setState({ step: 'answered', said: call.said })
      await queries.invalidateQueries({ queryKey: ['chain', 'payer'] })
      return true
    } catch (error) {
      setState(failed(error, feeUnitGwei))
      return false
    }
  }

  const callOf = async (reply: Reply, question: string): Promise<KeptCall> => {
    const fault = await receiptFault(reader, { offer, question, channel: payer.key }, reply).catch(
      () => 'No node answered, so its signature is not checked.',
    )
    const { id, said, probability, receipt } = reply
    const { feeUnits } = promisedRecord(receipt)
    const { recordHash } = signedReceipt(receipt)
    const feeGwei = `${BigInt(feeUnits) * feeUnitGwei}`
    return { id, name: offer.name, question, said, probability, receipt, feeGwei, recordHash, fault }
  }

  const open = (units: number) => openParts(BigInt(units) * feeUnitGwei).digits
  return { state, ask }
}

function failed(error: unknown, feeUnitGwei: bigint): AskState {
  if (isDecline(error)) return { step: 'declined' }
  if (!(error instanceof GatewayRefusal)) return { step: 'refused', why: reasonOf(error) }
  const { message, wantedWei, missingGwei } = error
  if (wantedWei !== undefined)
    return { step: 'refused', why: message, signUnits: unitsCovering(wantedWei, feeUnitGwei * WEI_PER_GWEI) }
  if (missingGwei !== undefined) {
    const missing = openParts(missingGwei).digits
    const why = `By what the gateway knows, and without what you requested back, your deposit is ${missing} OPEN too small. It looks at the chain every few seconds: ask again, or add to the deposit.`
    return { step: 'refused', why }
  }
  return { step: 'refused', why: message }
}
