import { randomBytes } from 'node:crypto'
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
import { readNamed } from '../readNamed.ts'
import { bytes32Value, id } from '../values.ts'
import { countOf } from '../words.ts'
import { listContributions } from './dataset/read.ts'

export function contributionCommand(): Command {
  return commandOf('contribution', 'contribute items to a dataset, list and withdraw them')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(withdrawCommand())
}

interface AddOptions {
  readonly dataset: number
  readonly terms: string
}

function addCommand(): Command {
  return sendingCommand(
    commandOf(
      'add',
      `contribute items. Only a Merkle root of salted hashes goes on chain; the salts are written to <items>${COMMITMENT_SUFFIX}: keep that file, and give it only to those who train models on your items`,
    ),
  )
    .argument('<items.jsonl>', 'one {"label", "text"} a line')
    .requiredOption('--dataset <number>', 'which dataset', id)
    .requiredOption('--terms <file>', 'its terms as you read them; refused if the dataset has others')
    .action(
      action<[string], AddOptions>(async (context, { dataset, terms }, path) => {
        const connection = await context.connection()
        const { reader, contracts } = connection
        const from = await senderOf(context)
        const termsHash = await termsOf(connection, dataset)
        requireTerms(terms, termsHash)
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
              effect: `Contribute ${countOf(items.length, 'item')} to dataset ${dataset} under its terms ${termsHash}`,
            },
          ],
        })
        const last = receipts?.at(-1)
        if (receipts === undefined || last === undefined) return
        const { contribution, contributor } = eventIn(last, contracts.datasets, 'ContributionSubmitted')
        context.terminal.result(
          { contribution, account: contributor, commitment: commitmentFile, transactions: minedOf(receipts) },
          [
            `Contribution ${contribution} of account ${contributor} is submitted; the curator accepts or rejects it.`,
            `Its salts are in ${commitmentFile}. Training needs that file beside ${path}.`,
          ],
        )
      }),
    )
}

function requireTerms(path: string, expected: Hex): void {
  const found = keccak256(readNamed(path))
  if (found === expected) return
  throw new StopError(
    `${path} holds other terms than the dataset’s: its hash is ${found}, not ${expected}`,
    {},
    'Read the terms that the curator published, and contribute only if you agree to them.',
  )
}

function listCommand(): Command {
  return reading(commandOf('list', 'list contributions with their states'))
    .option('--dataset <number>', 'only of this dataset', id)
    .option('--account <number>', 'only of this contributor', id)
    .action(
      action<[], { dataset?: number; account?: number }>(async (context, { dataset, account }) => {
        const contributions = await listContributions(await context.connection(), { dataset, contributor: account })
        context.terminal.result(
          { contributions },
          contributions.length === 0
            ? ['There are no contributions.']
            : contributions.map(
                (one) =>
                  `${one.contribution}  dataset ${one.dataset}  account ${one.contributor}  ${countOf(one.items, 'item')}  ${one.status}`,
              ),
        )
      }),
    )
}

function withdrawCommand(): Command {
  return sendingCommand(
    commandOf(
      'withdraw',
      'withdraw consent: frozen versions keep the items, later ones leave them out; new models may use them for 30 days',
    ),
  )
    .argument('<contribution>', 'its name, 0x and 64 hex digits', bytes32Value)
    .action(
      action<[Hex], object>(async (context, _, contribution) => {
        const connection = await context.connection()
        const found = await findContribution(connection, contribution)
        if (found?.status !== 'submitted' && found?.status !== 'accepted')
          throw new StopError(
            found === undefined
              ? `There is no contribution ${contribution}`
              : `Contribution ${contribution} is ${found.status}`,
            {},
            'Only a submitted or accepted one can be withdrawn; `attribution contribution list` shows yours.',
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
          'Withdrawn. Models that are registered already still pay you. Delete the salts, and nobody can show that these items were yours.',
        ])
      }),
    )
}
