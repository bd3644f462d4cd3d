import type { Command } from 'commander'
import type { Address } from 'viem'
import { callTo } from '../../sdk/contractCall.ts'
import { formatOpen, spokenEther, WEI_PER_GWEI } from '../../sdk/units.ts'
import { carryOut, minedOf } from '../carryOut.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import { addressValue, openAmount } from '../values.ts'

export function tokenCommand(): Command {
  return commandOf('token', 'show and send OPEN').addCommand(showCommand()).addCommand(sendCommand())
}

function showCommand(): Command {
  return reading(commandOf('show', 'show how much OPEN and gas money an address holds'))
    .argument('<address>', 'the holder', addressValue)
    .action(
      action<[Address], object>(async (context, _, address) => {
        const { reader, contracts } = await context.connection()
        const [openWei, gasWei] = await Promise.all([
          reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [address] }),
          reader.getBalance({ address }),
        ])
        context.terminal.result({ address, openWei, gasWei, token: contracts.openToken.address }, [
          `${formatOpen(openWei / WEI_PER_GWEI)} OPEN of the token at ${contracts.openToken.address}`,
          `${spokenEther(gasWei)} of the chain’s own coin, for gas`,
        ])
      }),
    )
}

function sendCommand(): Command {
  return sendingCommand(commandOf('send', 'send OPEN to an address'))
    .argument('<OPEN>', 'how much', openAmount)
    .argument('<address>', 'to whom', addressValue)
    .action(
      action<[bigint, Address], object>(async (context, _, amountGwei, to) => {
        const { contracts } = await context.connection()
        const amountWei = amountGwei * WEI_PER_GWEI
        const receipts = await carryOut(context, {
          intent: `token send ${formatOpen(amountGwei)} to ${to}`,
          spendsWei: amountWei,
          transactions: [
            {
              call: callTo(contracts.openToken, 'transfer', [to, amountWei]),
              effect: `Send ${formatOpen(amountGwei)} OPEN to ${to}`,
            },
          ],
        })
        if (receipts === undefined) return
        context.terminal.result({ to, amountGwei, transactions: minedOf(receipts) }, [
          `${to} has received ${formatOpen(amountGwei)} OPEN.`,
        ])
      }),
    )
}
