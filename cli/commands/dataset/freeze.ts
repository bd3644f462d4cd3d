import type { Command } from 'commander'
import { type Hex, keccak256, stringToBytes } from 'viem'
import { acceptActs, findVersion, freezeAct, unaccepted } from '../../../pipeline/publish/dataset.ts'
import { requireFreezable, requireFrozen } from '../../../pipeline/publish/frozenContents.ts'
import { eventIn } from '../../../sdk/contractCall.ts'
import { carryOut, minedOf } from '../../carryOut.ts'
import { action, commandOf, sendingCommand } from '../../command.ts'
import { bytes32Value, collected, id } from '../../values.ts'
import { countOf } from '../../words.ts'

export function freezeCommand(): Command {
  return sendingCommand(
    commandOf('freeze', 'accept contributions in the order given, and freeze a version that holds exactly these'),
  )
    .argument('<dataset>', 'its number', id)
    .argument('<contribution...>', 'the order decides which of two near-copies is kept', collected(bytes32Value))
    .action(
      action<[number, readonly Hex[]], object>(async (context, _, dataset, contributions) => {
        const connection = await context.connection()
        const { datasets } = connection.contracts
        await requireFreezable(connection, dataset, contributions)
        const waiting = await unaccepted(connection, contributions)
        const known = waiting.length === 0 ? await findVersion(connection, dataset, contributions) : undefined
        if (known !== undefined) {
          context.terminal.result({ dataset, version: known, contributions, sent: false }, [
            `Version ${known} holds exactly these ${countOf(contributions.length, 'contribution')} already.`,
          ])
          return
        }
        const accepts = acceptActs(connection.contracts, waiting)
        const receipts = await carryOut(context, {
          intent: `dataset freeze ${dataset} ${keccak256(stringToBytes(contributions.join()))}`,
          spendsWei: 0n,
          transactions: [
            ...accepts.map((call) => ({
              call,
              effect: `Accept ${countOf((call.args[0] as readonly Hex[]).length, 'contribution')} to dataset ${dataset}`,
            })),
            {
              call: freezeAct(connection.contracts, dataset),
              effect: `Freeze a version of dataset ${dataset} that holds ${countOf(contributions.length, 'contribution')}`,
            },
          ],
        })
        const last = receipts?.at(-1)
        if (receipts === undefined || last === undefined) return
        const { version } = eventIn(last, datasets, 'VersionFrozen')
        await requireFrozen(connection, version, contributions)
        context.terminal.result({ dataset, version, contributions, transactions: minedOf(receipts) }, [
          `Version ${version} holds exactly these ${countOf(contributions.length, 'contribution')}.`,
        ])
      }),
    )
}
