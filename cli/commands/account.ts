import { type Command, InvalidArgumentError } from 'commander'
import type { Address } from 'viem'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { StopError } from '../../sdk/errors.ts'
import { formatOpen } from '../../sdk/units.ts'
import { carryOut, minedOf, senderOf } from '../carryOut.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import { addressValue, id } from '../values.ts'
import { countOf } from '../words.ts'

export function accountCommand(): Command {
  return commandOf('account', 'open an account, show its earnings, change its payout address')
    .addCommand(openCommand())
    .addCommand(showCommand())
    .addCommand(rotateCommand())
}

function openCommand(): Command {
  return sendingCommand(commandOf('open', 'open an account; once, before anything else'))
    .option(
      '--payout <address>',
      'the address that is paid, and may act for the account (default: the signer)',
      addressValue,
    )
    .action(
      action<[], { payout?: Address }>(async (context, options) => {
        const { reader, contracts } = await context.connection()
        const payout = options.payout ?? (await senderOf(context))
        const receipts = await carryOut(context, {
          intent: `account open for ${payout}`,
          plan: async () => {
            const held = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [payout] })
            if (held !== 0) {
              context.terminal.result({ account: held, payout, sent: false }, [
                `${payout} has account ${held} already.`,
              ])
              return undefined
            }
            const call = callTo(contracts.accounts, 'open', [payout])
            return { spendsWei: 0n, transactions: [{ call, effect: `Open an account that is paid to ${payout}` }] }
          },
        })
        if (receipts === undefined) return
        const [receipt] = receipts
        if (receipt === undefined) return
        const { account } = eventIn(receipt, contracts.accounts, 'AccountOpened')
        context.terminal.result({ account, payout, transactions: minedOf(receipts) }, [
          `Account ${account} is open; it is paid to ${payout}.`,
        ])
      }),
    )
}

function showCommand(): Command {
  return reading(commandOf('show', 'show an account: its payout address, its earnings and claims'))
    .argument('<account>', 'its number, or the address that it is paid to', accountOrAddress)
    .action(
      action<[number | Address], object>(async (context, _, asked) => {
        const { reader, contracts } = await context.connection()
        const account =
          typeof asked === 'number'
            ? asked
            : await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [asked] })
        const count = await reader.readContract({ ...contracts.accounts, functionName: 'accountCount' })
        if (account === 0 || account > count)
          throw new StopError(
            typeof asked === 'number' ? `There is no account ${asked}` : `${asked} has no account`,
            {},
            `${countOf(count, 'account is', 'accounts are')} open so far. Open one with \`attribution account open\`, or check the number.`,
          )
        const args = [account] as const
        const [payout, [earnedGwei, claimedGwei]] = await Promise.all([
          reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args }),
          reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args }),
        ])
        context.terminal.result({ account, payout, earnedGwei, claimedGwei, claimableGwei: earnedGwei - claimedGwei }, [
          `Account ${account}, paid to ${payout}`,
          `earned     ${formatOpen(earnedGwei)} OPEN`,
          `claimed    ${formatOpen(claimedGwei)} OPEN`,
          `claimable  ${formatOpen(earnedGwei - claimedGwei)} OPEN`,
        ])
      }),
    )
}

function rotateCommand(): Command {
  return sendingCommand(
    commandOf('rotate', 'change the payout address of an account: propose the new one, then accept with its key'),
  )
    .argument('<account>', 'its number', id)
    .option('--to <address>', 'propose this address; signed by the present one', addressValue)
    .option('--accept', 'accept; signed by the proposed address')
    .action(
      action<[number], { to?: Address; accept?: boolean }>(async (context, { to, accept }, account) => {
        const { contracts } = await context.connection()
        if ((to === undefined) === (accept !== true))
          throw new StopError(
            'A new payout address is proposed first, and then accepted',
            {},
            'Give --to <address> or --accept.',
          )
        const transaction =
          to === undefined
            ? {
                call: callTo(contracts.accounts, 'acceptPayout', [account]),
                effect: `Accept account ${account}: from now on it is paid to this address`,
              }
            : {
                call: callTo(contracts.accounts, 'proposePayout', [account, to]),
                effect: `Propose ${to} as the payout address of account ${account}`,
              }
        const intent = `account rotate ${account} ${to ?? 'accept'}`
        const receipts = await carryOut(context, { intent, spendsWei: 0n, transactions: [transaction] })
        if (receipts === undefined) return
        context.terminal.result({ account, ...(to && { proposed: to }), transactions: minedOf(receipts) }, [
          to === undefined
            ? `Account ${account} is paid to this address now.`
            : `Proposed. ${to} accepts with \`attribution account rotate ${account} --accept\`.`,
        ])
      }),
    )
}

function accountOrAddress(text: string): number | Address {
  if (/^\d+$/.test(text)) return id(text)
  if (/^0x/i.test(text)) return addressValue(text)
  throw new InvalidArgumentError('It takes the number of an account, or an address: 0x and 40 hex digits.')
}
