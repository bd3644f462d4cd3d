import { bytesToHex, type Hex, hexToBytes, type LocalAccount } from 'viem'
import { type ChannelKey, channelId, encodeChannels } from '../../../sdk/channel.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { encodeRecords, type InferenceRecord } from '../../../sdk/record.ts'
import { WEI_PER_GWEI } from '../../../sdk/units.ts'
import { amountCovering, compactSignature, encodeVouchers, signVoucher } from '../../../sdk/voucher.ts'
import { type Actions, anySigner, type Context, signerWith } from './context.ts'

/** What payers put down and sign for, and what the operator records of it. */

export function callActions(context: Context): Actions {
  const { ledger, random, send, accountOf, holderOf } = context
  const { connection, wallets } = ledger
  const { reader, contracts, fromBlock } = connection
  const { channels, models, openToken } = contracts
  const place = { chainId: reader.chain.id, address: channels.address }

  const activated = async () => {
    const logs = await reader.getContractEvents({ ...models, eventName: 'ModelActivated', fromBlock, strict: true })
    return logs.map(({ args }) => args.model)
  }
  const termsOf = async (model: number) => {
    const query = { ...models, eventName: 'FineTuneEntered', args: { model }, fromBlock, strict: true } as const
    const { terms } = random.pick(await reader.getContractEvents(query)).args
    return { k: terms.pay.sketched ? terms.dims : 0, feeUnitGwei: BigInt(terms.pay.feeUnitGwei) }
  }
  const opened = async (args: { operator?: number; model?: number } = {}): Promise<readonly ChannelKey[]> => {
    const logs = await reader.getContractEvents({
      ...channels,
      eventName: 'ChannelOpened',
      args,
      fromBlock,
      strict: true,
    })
    return logs.map(({ args: { payer, operator, model, salt } }) => ({ payer, operator, model, salt }))
  }
  const stateOf = (key: ChannelKey) => reader.readContract({ ...channels, functionName: 'channelOf', args: [key] })
  const signed = async (key: ChannelKey, signer: Hex, units: bigint, feeUnitGwei: bigint) => {
    const message = { channelId: channelId(key), maxClaimableAmount: amountCovering(units, feeUnitGwei) + 5n }
    return await signVoucher(place, signerWith(signer), message)
  }
  const amount = () => BigInt(random.below(4_000)) * 1_000_000n + BigInt(random.below(1_000_000))
  const depositAddressOf = (operator: number, model: number) =>
    reader.readContract({ ...channels, functionName: 'depositAddressOf', args: [operator, model] })
  const theOperator = () => accountOf(wallets.operator)
  const anyOwnChannel = async () => {
    const key = random.pick((await opened()).filter(({ payer }) => payer !== 0))
    return { key, payer: await holderOf(key.payer) }
  }

  return {
    openChannel: async () => {
      const salt = 1 + random.below(3)
      const args = [
        await theOperator(),
        random.pick(await activated()),
        salt,
        anySigner(context).address,
        amount(),
      ] as const
      return await send(random.pick(wallets.payers), callTo(channels, 'openChannel', args))
    },
    fundChannel: async () => {
      const key = random.pick(await opened())
      return await send(random.pick(wallets.payers), callTo(channels, 'fundChannel', [key, amount()]))
    },
    present: async () => {
      const key = random.pick((await opened()).filter(({ salt }) => salt !== 0))
      const { signer, coveredUnits } = await stateOf(key)
      const { feeUnitGwei } = await termsOf(key.model)
      const voucher = await signed(key, signer, BigInt(coveredUnits + random.below(200)), feeUnitGwei)
      const { r, vs } = compactSignature(voucher.signature)
      return await send(wallets.operator, callTo(channels, 'present', [key, voucher.maxClaimableAmount, r, vs]))
    },
    proposeSigner: async () => {
      const { key, payer } = await anyOwnChannel()
      return await send(payer, callTo(channels, 'proposeSigner', [key, anySigner(context).address]))
    },
    acceptSigner: async () => {
      const { key } = await anyOwnChannel()
      return await send(random.pick(wallets.payers), callTo(channels, 'acceptSigner', [key]))
    },
    requestChannelWithdrawal: async () => {
      const { key, payer } = await anyOwnChannel()
      return await send(payer, callTo(channels, 'requestChannelWithdrawal', [key, amount() / 4n]))
    },
    withdrawChannel: async () => {
      const { key, payer } = await anyOwnChannel()
      return await send(payer, callTo(channels, 'withdrawChannel', [key]))
    },
    walkIn: async () => {
      const [operator, model] = [await theOperator(), random.pick(await activated())]
      const payer = random.pick(wallets.payers)
      const value = amount() * WEI_PER_GWEI + 7n
      const walkIn = await authorised(context, payer, await depositAddressOf(operator, model), value)
      return await send(wallets.deployer, callTo(channels, 'settleWalkIn', [operator, model, walkIn]))
    },
    sweep: async () => {
      const [operator, model] = [await theOperator(), random.pick(await activated())]
      const wallet = await depositAddressOf(operator, model)
      await send(wallets.deployer, callTo(openToken, 'transfer', [wallet, amount() * WEI_PER_GWEI + 3n]))
      return await send(wallets.deployer, callTo(channels, 'sweep', [operator, model]))
    },
    recordBatch: async () => {
      const operator = await theOperator()
      const model = random.pick(await activated())
      const { k, feeUnitGwei } = await termsOf(model)
      const available = await opened({ operator, model })
      // A batch may name a channel twice.
      const named = Array.from({ length: 1 + random.below(3) }, () => random.pick(available))
      const records = Array.from({ length: 1 + random.below(6) }, () => anyRecord(context, named.length, k))
      const vouchers = []
      for (const key of new Map(named.map((one) => [channelId(one), one])).values()) {
        const charged = records.reduce(
          (sum, { channel, feeUnits }) =>
            channelId(named[channel] as ChannelKey) === channelId(key) ? sum + feeUnits : sum,
          0,
        )
        const { signer, coveredUnits, chargedUnits } = await stateOf(key)
        const needed = chargedUnits + charged
        if (key.salt === 0 || (needed <= coveredUnits && random.below(3) > 0)) continue
        const voucher = await signed(key, signer, BigInt(needed + random.below(60)), feeUnitGwei)
        vouchers.push({ channel: named.indexOf(key), ...voucher })
      }
      const call = callTo(contracts.ledger, 'recordBatch', [
        model,
        bytesToHex(encodeChannels(named)),
        bytesToHex(encodeVouchers(vouchers)),
        bytesToHex(encodeRecords(records, k, named.length)),
      ])
      return await send(wallets.operator, call)
    },
  }
}

export function anyRecord({ random }: Context, channels: number, k: number): InferenceRecord {
  return {
    channel: random.below(channels),
    feeUnits: 1 + random.below(random.pick([3, 60, 60, 400])),
    commitment: random.hex(32),
    sketch: hexToBytes(random.hex(k / 8)),
  }
}

/** An ERC-3009 authorisation, as a caller without a channel sends it along. */
async function authorised({ ledger, random }: Context, payer: LocalAccount, to: Hex, value: bigint) {
  const { reader, contracts } = ledger.connection
  const { openToken } = contracts
  const [, name, version] = await reader.readContract({ ...openToken, functionName: 'eip712Domain' })
  const message = { from: payer.address, to, value, validAfter: 0n, validBefore: 2n ** 40n, nonce: random.hex(32) }
  const signature = await payer.signTypedData({
    domain: { name, version, chainId: reader.chain.id, verifyingContract: openToken.address },
    types: TRANSFER,
    primaryType: 'TransferWithAuthorization',
    message,
  })
  const [r, s, v] = [signature.slice(0, 66), signature.slice(66, 130), signature.slice(130)] as const
  return { ...message, v: Number(`0x${v}`), r: r as Hex, s: `0x${s}` as Hex }
}

const TRANSFER = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const
