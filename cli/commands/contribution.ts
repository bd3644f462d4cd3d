import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type Hex, keccak256 } from 'viem'
import { contributeAct, termsOf } from '../../pipeline/publish/contribute.ts'
import { findContribution, statusOf } from '../../pipeline/publish/contribution.ts'
import { ensureCommitment, readItems } from '../../pipeline/publish/items.ts'
import { COMMITMENT_SUFFIX } from '../../pipeline/publish/itemsFolder.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { contributionId } from '../../sdk/contribution.ts'
import { StopError } from '../../sdk/errors.ts'
import { carryOut, minedOf, senderOf } from '../carryOut.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import { bytes32Value, id } from '../values.ts'
import { listContributions } from './dataset/read.ts'

export function contributionCommand(): Command {
  return commandOf('contribution', 'contribute items to a dataset, see what became of them, withdraw them')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(withdrawCommand())
}

interface AddOptions {
  readonly dataset: number
  readonly terms?: string
}

function addCommand(): Command {
  return sendingCommand(
    commandOf(
      'add',
      `contribute items. Only a Merkle root of salted hashes goes on chain; the salts are written to <items>${COMMITMENT_SUFFIX}: keep that file, and give it to nobody but the one who trains`,
    ),
  )
    .argument('<items.jsonl>', 'one {"label", "text"} a line')
    .requiredOption('--dataset <number>', 'which dataset', id)
    .option('--terms <file>', 'its terms as you read them: refused where the dataset has others')
    .action(
      action<[string], AddOptions>(async (context, { dataset, terms }, path) => {
        const connection = await context.connection()
        const { reader, contracts } = connection
        const from = await senderOf(context)
        const termsHash = await termsOf(connection, dataset)
        if (terms !== undefined) requireTerms(terms, termsHash)
        const commitmentFile = `${path}${COMMITMENT_SUFFIX}`
        const commitment = ensureCommitment(commitmentFile, readItems(path), () => randomBytes(32))
        const { itemsRoot, items } = commitment
        const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
        if (account !== 0) {
          const contribution = contributionId(dataset, account, itemsRoot, items.length)
          const status = await statusOf(connection, contribution)
          if (status !== 'none') {
            context.terminal.result({ contribution, account, status, sent: false }, [
              `These items are contribution ${contribution} already: ${status}.`,
            ])
            return
          }
        }
        const receipts = await carryOut(context, {
          intent: `contribution add ${itemsRoot} to ${dataset}`,
          spendsWei: 0n,
          transactions: [
            ...(account === 0
              ? [
                  {
                    call: callTo(contracts.accounts, 'open', [from]),
                    effect: `Open an account that is paid to ${from}`,
                  },
                ]
              : []),
            {
              call: contributeAct(contracts, dataset, termsHash, commitment),
              effect: `Contribute ${items.length} items to dataset ${dataset} under its terms ${termsHash}`,
            },
          ],
        })
        const last = receipts?.at(-1)
        if (receipts === undefined || last === undefined) return
        const { contribution, contributor } = eventIn(last, contracts.datasets, 'ContributionSubmitted')
        context.terminal.result(
          { contribution, account: contributor, commitment: commitmentFile, transactions: minedOf(receipts) },
          [
            `Contribution ${contribution} of account ${contributor} waits for the curator.`,
            `Its salts are in ${commitmentFile}: training needs it beside ${path}.`,
          ],
        )
      }),
    )
}

function requireTerms(path: string, expected: Hex): void {
  const found = keccak256(readFileSync(path))
  if (found === expected) return
  throw new StopError(
    `${path} holds other terms than the dataset’s`,
    { expected, found },
    'Read the terms that the curator published, and contribute only if you agree to them.',
  )
}

function listCommand(): Command {
  return reading(commandOf('list', 'list contributions and what became of them'))
    .option('--dataset <number>', 'of this dataset alone', id)
    .option('--account <number>', 'of this contributor alone', id)
    .action(
      action<[], { dataset?: number; account?: number }>(async (context, { dataset, account }) => {
        const contributions = await listContributions(await context.connection(), { dataset, contributor: account })
        context.terminal.result(
          { contributions },
          contributions.length === 0
            ? ['There are none.']
            : contributions.map(
                (one) =>
                  `${one.contribution}  dataset ${one.dataset}  account ${one.contributor}  ${one.items} items  ${one.status}`,
              ),
        )
      }),
    )
}

function withdrawCommand(): Command {
  return sendingCommand(
    commandOf(
      'withdraw',
      'withdraw consent: frozen versions keep the items, later ones do without; models may use them for 30 days',
    ),
  )
    .argument('<contribution>', 'its name, 0x and 64 hex digits', bytes32Value)
    .action(
      action<[Hex], object>(async (context, _, contribution) => {
        const connection = await context.connection()
        const found = await findContribution(connection, contribution)
        if (found?.status !== 'submitted' && found?.status !== 'accepted')
          throw new StopError(
            `Contribution ${contribution} cannot be withdrawn`,
            { status: found?.status ?? 'none' },
            'Only one that was submitted or accepted can be; `attribution contribution list` shows yours.',
          )
        const receipts = await carryOut(context, {
          intent: `contribution withdraw ${contribution}`,
          spendsWei: 0n,
          transactions: [
            {
              call: callTo(connection.contracts.datasets, 'withdrawConsent', [contribution]),
              effect: `Withdraw contribution ${contribution} from dataset ${found.dataset}`,
            },
          ],
        })
        if (receipts === undefined) return
        context.terminal.result({ contribution, transactions: minedOf(receipts) }, [
          'Withdrawn. Delete the salts, and nobody can show that these items were yours.',
        ])
      }),
    )
}
