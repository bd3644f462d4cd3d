import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { pino } from 'pino'
import { startRelay } from '../../gateway/relay/startRelay.ts'
import { spokenEther } from '../../sdk/units.ts'
import { agree } from '../carryOut.ts'
import { action, commandOf, sendingCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { aborted } from '../signals.ts'
import { etherAmount, wholeNumber } from '../values.ts'

interface Options {
  readonly host: string
  readonly port: number
  readonly accountBudget: bigint
  readonly budget: bigint
}

export function relayCommand(): Command {
  return sendingCommand(
    commandOf(
      'relay',
      `send claims that contributors signed, and pay their gas: for people who have earned OPEN and hold no ETH. POST a signed claim,
as the web page does, and the answer names its transaction. It sends nothing but claims, each simulated first, and keeps to a
budget of gas a day. Its key needs ETH only, and must send nothing else meanwhile. A signal ends it. docs/page.md says more.`,
    ),
  )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <port>', 'the port to listen on; 0 for any', wholeNumber(0, 65_535), 8_090)
    .addOption(ether('--account-budget <ETH>', 'the most gas of one account a day (UTC)', '0.001'))
    .addOption(ether('--budget <ETH>', 'the most gas of all accounts together a day', '0.02'))
    .action(action<[], Options>(relay))
}

function ether(flags: string, what: string, usual: string): Option {
  return new Option(flags, what).argParser(someEther).default(etherAmount(usual), usual)
}

/** Without any, it would answer and send nothing. */
function someEther(text: string): bigint {
  const wei = etherAmount(text)
  if (wei > 0n) return wei
  throw new InvalidArgumentError('It takes more than 0 ETH, such as 0.01.')
}

async function relay(context: Context, { host, port, accountBudget, budget }: Options): Promise<void> {
  const connection = await context.connection()
  const account = await context.signer()
  const { id: chainId } = connection.reader.chain
  const intent = `relay claims on chain ${chainId}`
  const [most, mostEach] = [budget, accountBudget].map(spokenEther)
  const later = [
    `Send claims that contributors signed, as they come in, for ${most} ETH of gas a day at most, ${mostEach} ETH of it for one account`,
  ]
  if (!(await agree(context, { intent, transactions: [], spendsWei: 0n }, later))) return
  await context.journals.end(true)
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: true }))
  const running = await startRelay({
    connection,
    account,
    accountWei: accountBudget,
    totalWei: budget,
    budgetFile: join(context.config.need('state'), `relay-${chainId}-${account.address.toLowerCase()}.json`),
    host,
    port,
    log,
  })
  log.info({ url: running.url, account: account.address }, 'relaying')
  await aborted(context.signal)
  log.info({}, 'shutting down')
  await running.close()
}
