import type { Command } from 'commander'
import type { Address } from 'viem'
import { newApiKey } from '../../gateway/payment/apiKeys.ts'
import { voucherHeader } from '../../gateway/payment/payment.ts'
import { type ChannelKey, channelId } from '../../sdk/channel.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { formatOpen, WEI_PER_GWEI } from '../../sdk/units.ts'
import { amountCovering, signVoucher } from '../../sdk/voucher.ts'
import { carryOut, minedOf, senderOf } from '../carryOut.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import { approvalOf, ownAccount } from '../parties.ts'
import { readSecret } from '../signer.ts'
import { UsageError } from '../usageError.ts'
import { addressValue, id, openAmount, wholeNumber } from '../values.ts'
import { closing } from './channel/close.ts'
import { feeUnitOf, listChannels, showChannel, stateOf } from './channel/show.ts'
import { ensureVoucherKey, readVoucherKey } from './channel/voucherKey.ts'

export function channelCommand(): Command {
  return commandOf(
    'channel',
    'a payer’s deposit for one operator and one model, charged by vouchers that the payer signs',
  )
    .addCommand(openCommand())
    .addCommand(depositCommand())
    .addCommand(voucherCommand())
    .addCommand(keyCommand())
    .addCommand(showCommand())
    .addCommand(listCommand())
    .addCommand(closeCommand())
}

interface Named {
  readonly operator: number
  readonly model: number
  readonly salt: number
  readonly payer?: number
}

/** Options that name a channel. */
function ofChannel(command: Command, payer?: string): Command {
  command
    .requiredOption('--operator <account>', 'who answers, and may charge', id)
    .requiredOption('--model <number>', 'the model that answers', id)
    .option('--salt <number>', 'which channel, where the payer has several for them', wholeNumber(1, 2 ** 32 - 1), 1)
  return payer === undefined ? command : command.option('--payer <account>', payer, id)
}

function openCommand(): Command {
  const command = sendingCommand(
    commandOf('open', 'open a channel; the signer pays, and gets an account if it has none'),
  ).argument('<OPEN>', 'how much to deposit', openAmount)
  return ofChannel(command)
    .option('--signer <address>', 'the plain key that signs its vouchers', addressValue)
    .option('--voucher-key <file>', 'the key file of the signer; written if it does not exist')
    .action(
      action<[bigint], Named & { signer?: Address; voucherKey?: string }>(async (context, options, amountGwei) => {
        const { operator, model, salt } = options
        const connection = await context.connection()
        const { contracts } = connection
        if ((options.signer === undefined) === (options.voucherKey === undefined))
          throw new UsageError('Say who signs its vouchers: --signer <address>, or --voucher-key <file>.')
        const signer = options.signer ?? ensureVoucherKey(options.voucherKey as string).address
        const receipts = await carryOut(context, {
          intent: `channel open ${operator}/${model}/${salt} with ${formatOpen(amountGwei)} for ${signer}`,
          plan: async () => ({
            spendsWei: amountGwei * WEI_PER_GWEI,
            transactions: [
              ...(await approvalOf(connection, await senderOf(context), contracts.earnings, amountGwei)),
              {
                call: callTo(contracts.channels, 'openChannel', [operator, model, salt, signer, amountGwei]),
                effect: `Open a channel for operator ${operator} and model ${model} with ${formatOpen(amountGwei)} OPEN`,
              },
            ],
          }),
        })
        if (receipts === undefined) return
        const payer = await ownAccount(context, 'Look at the transaction, which should have opened one.')
        await showChannel(context, { payer, operator, model, salt }, { transactions: minedOf(receipts) })
      }),
    )
}

function depositCommand(): Command {
  const command = sendingCommand(commandOf('deposit', 'add OPEN to a channel; anyone may')).argument(
    '<OPEN>',
    'how much',
    openAmount,
  )
  return ofChannel(command, 'whose channel (default: the signer’s)').action(
    action<[bigint], Named>(async (context, named, amountGwei) => {
      const connection = await context.connection()
      const { contracts } = connection
      const key = { ...keyOf(named), payer: named.payer ?? (await ownAccount(context, 'Name the --payer.')) }
      const receipts = await carryOut(context, {
        intent: `channel deposit ${formatOpen(amountGwei)} into ${channelId(key)}`,
        plan: async () => ({
          spendsWei: amountGwei * WEI_PER_GWEI,
          transactions: [
            ...(await approvalOf(connection, await senderOf(context), contracts.earnings, amountGwei)),
            {
              call: callTo(contracts.channels, 'fundChannel', [key, amountGwei]),
              effect: `Add ${formatOpen(amountGwei)} OPEN to channel ${channelId(key)}`,
            },
          ],
        }),
      })
      if (receipts !== undefined) await showChannel(context, key, { transactions: minedOf(receipts) })
    }),
  )
}

function voucherCommand(): Command {
  const command = reading(commandOf('voucher', 'sign a voucher, to hand to the operator; sends nothing')).argument(
    '<OPEN>',
    'the total that may be charged on the channel so far',
    openAmount,
  )
  return ofChannel(command)
    .requiredOption('--payer <account>', 'whose channel', id)
    .requiredOption('--voucher-key <file>', 'the key that signs its vouchers')
    .option('--out <file>', 'write its HTTP header to this file, for curl -H @<file>')
    .action(
      action<[bigint], Named & { payer: number; voucherKey: string; out?: string }>(
        async (context, options, amountGwei) => {
          const connection = await context.connection()
          const { reader, contracts } = connection
          const key = { ...keyOf(options), payer: options.payer }
          const state = await stateOf(connection, key)
          const signer = readVoucherKey(options.voucherKey)
          if (signer.address !== state.signer)
            throw new UsageError(
              `${options.voucherKey} is the key of ${signer.address}; vouchers of this channel are signed by ${state.signer}.`,
            )
          // Counted in whole fee units, rounded down: a remainder would be promised for nothing.
          const feeUnitGwei = await feeUnitOf(connection, key.model)
          const maxClaimableAmount = amountCovering(amountGwei / feeUnitGwei, feeUnitGwei)
          const place = { chainId: reader.chain.id, address: contracts.channels.address }
          const voucher = await signVoucher(place, signer, { channelId: channelId(key), maxClaimableAmount })
          const { signature } = voucher
          const value = {
            ...key,
            channelId: voucher.channelId,
            voucher: { maxClaimableAmount, signature },
            header: `Attribution-Voucher: ${voucherHeader(key, voucher)}`,
          }
          if (maxClaimableAmount > state.depositGwei * WEI_PER_GWEI)
            context.terminal.note(`The channel holds only ${formatOpen(state.depositGwei)} OPEN.`)
          const json = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one), 2)
          if (options.out === undefined) return context.terminal.result(value, [json])
          writeWhole(options.out, `${value.header}\n`, 0o600)
          const open = formatOpen(maxClaimableAmount / WEI_PER_GWEI)
          context.terminal.result(value, [`${options.out} is the HTTP header of a voucher for ${open} OPEN.`])
        },
      ),
    )
}

function keyCommand(): Command {
  const command = reading(
    commandOf('key', 'make an API key of a channel, for a gateway that keeps its voucher key; sends nothing'),
  ).argument('<OPEN>', 'the most that may be charged with it in all', openAmount)
  return ofChannel(command)
    .requiredOption('--payer <account>', 'whose channel', id)
    .requiredOption('--voucher-key <file>', 'the key that signs its vouchers')
    .requiredOption('--api-keys <file>', 'the gateway’s file of keys; made if there is none')
    .action(
      action<[bigint], Named & { payer: number; voucherKey: string; apiKeys: string }>(
        async (context, options, limit) => {
          const connection = await context.connection()
          const key = { ...keyOf(options), payer: options.payer }
          const { signer } = await stateOf(connection, key)
          const { address } = readVoucherKey(options.voucherKey)
          if (address !== signer)
            throw new UsageError(
              `${options.voucherKey} is the key of ${address}; vouchers of this channel are signed by ${signer}.`,
            )
          const secret = newApiKey(options.apiKeys, key, readSecret(options.voucherKey).trim(), limit)
          context.terminal.result({ key: secret }, [secret])
        },
      ),
    )
}

function showCommand(): Command {
  const command = reading(commandOf('show', 'show what a channel holds, what was charged, and what is being withdrawn'))
  return ofChannel(command)
    .requiredOption('--payer <account>', 'whose channel', id)
    .action(
      action<[], Named & { payer: number }>(async (context, named) => {
        await showChannel(context, { ...keyOf(named), payer: named.payer })
      }),
    )
}

function listCommand(): Command {
  return reading(commandOf('list', 'list the channels of a payer'))
    .argument('<account>', 'its number, or the address that it is paid to')
    .action(action<[string], object>(async (context, _, text) => await listChannels(context, text)))
}

function closeCommand(): Command {
  const command = sendingCommand(
    commandOf('close', 'withdraw a deposit: run it once to ask, and again after the notice to take it'),
  )
  return ofChannel(command)
    .option('--amount <OPEN>', 'how much of it (default: all)', openAmount)
    .action(
      action<[], Named & { amount?: bigint }>(async (context, { amount, ...named }) => {
        const key = {
          ...keyOf(named),
          payer: await ownAccount(context, 'Only the payer can withdraw a deposit: sign with its key.'),
        }
        const receipts = await carryOut(context, {
          intent: `channel close ${channelId(key)}${amount === undefined ? '' : ` ${formatOpen(amount)}`}`,
          plan: async () => await closing(context, key, amount),
        })
        if (receipts !== undefined) await showChannel(context, key, { transactions: minedOf(receipts) })
      }),
    )
}

function keyOf({ operator, model, salt }: Named): Omit<ChannelKey, 'payer'> {
  return { operator, model, salt }
}
