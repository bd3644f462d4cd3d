import type { Command } from 'commander'
import { FOR_GOOD } from '../../../pipeline/publish/register.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import { carryOut, minedOf } from '../../carryOut.ts'
import { spokenTime } from '../../chainTime.ts'
import { action, commandOf, reading, sendingCommand } from '../../command.ts'
import { id } from '../../values.ts'
import { requireAccounts } from './publicationPlan.ts'

export function operatorsCommand(): Command {
  return commandOf('operators', 'choose who may serve a model')
    .addCommand(listCommand())
    .addCommand(changeCommand('add', 'let an account serve a model'))
    .addCommand(changeCommand('remove', 'end that, after the notice that the contracts give'))
}

function listCommand(): Command {
  return reading(commandOf('list', 'list who may serve a model'))
    .argument('<model>', 'its number', id)
    .action(
      action<[number], object>(async (context, _, model) => {
        const operators = await operatorsOf(await context.connection(), model)
        context.terminal.result(
          { model, operators },
          operators.length === 0
            ? [`Nobody may serve model ${model}.`]
            : operators.map(({ account, until }) =>
                until === null ? `account ${account}` : `account ${account}, until ${spokenTime(until)}`,
              ),
        )
      }),
    )
}

function changeCommand(name: 'add' | 'remove', description: string): Command {
  const isAllowed = name === 'add'
  return sendingCommand(commandOf(name, description))
    .argument('<model>', 'its number', id)
    .argument('<account>', 'the operator’s', id)
    .action(
      action<[number, number], object>(async (context, _, model, account) => {
        const connection = await context.connection()
        const { contracts } = connection
        await requireAccounts(connection, [account])
        const present = (await operatorsOf(connection, model)).find((one) => one.account === account)
        if (isAllowed ? present?.until === null : present?.until !== null) {
          context.terminal.result({ model, account, sent: false }, [
            isAllowed ? `Account ${account} may serve model ${model} already.` : noMore(model, account, present?.until),
          ])
          return
        }
        const receipts = await carryOut(context, {
          intent: `model operators ${name} ${model} ${account}`,
          spendsWei: 0n,
          transactions: [
            {
              call: callTo(contracts.models, 'setOperator', [model, account, isAllowed]),
              effect: `${isAllowed ? 'Let' : 'No longer let'} account ${account} serve model ${model}`,
            },
          ],
        })
        if (receipts === undefined) return
        const until = (await operatorsOf(connection, model)).find((one) => one.account === account)?.until
        context.terminal.result({ model, account, until: until ?? null, transactions: minedOf(receipts) }, [
          isAllowed ? `Account ${account} may serve model ${model}.` : noMore(model, account, until),
        ])
      }),
    )
}

function noMore(model: number, account: number, until: string | null | undefined): string {
  return until
    ? `Account ${account} may serve model ${model} until ${spokenTime(until)}.`
    : `Account ${account} may not serve model ${model}.`
}

/** Who may serve a model now; `until` is null for good. */
export async function operatorsOf({ reader, contracts, fromBlock }: Connection, model: number) {
  const events = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'OperatorSet',
    args: { model },
    fromBlock,
    strict: true,
  })
  const time = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  return [...new Map(events.map(({ args }) => [args.operator, args.until]))]
    .filter(([, until]) => until > time)
    .map(([account, until]) => ({ account, until: until === FOR_GOOD ? null : new Date(until * 1_000).toISOString() }))
}
