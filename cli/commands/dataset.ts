import type { Command } from 'commander'
import type { Hex } from 'viem'
import { statusOf } from '../../pipeline/publish/contribution.ts'
import { findDataset, registerAct } from '../../pipeline/publish/dataset.ts'
import { readDatasetTerms } from '../../pipeline/publish/datasetTerms.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { StopError } from '../../sdk/errors.ts'
import { carryOut, minedOf, senderOf } from '../carryOut.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import { requireReachable } from '../reachable.ts'
import { bytes32Value, collected, id } from '../values.ts'
import { countOf } from '../words.ts'
import { freezeCommand } from './dataset/freeze.ts'
import { describeDataset, listDatasets } from './dataset/read.ts'

export function datasetCommand(): Command {
  return commandOf('dataset', 'register datasets, reject contributions, freeze versions')
    .addCommand(registerCommand())
    .addCommand(showCommand())
    .addCommand(listCommand())
    .addCommand(rejectCommand())
    .addCommand(freezeCommand())
}

function registerCommand(): Command {
  return sendingCommand(commandOf('register', 'register a dataset; the signer becomes its curator'))
    .argument('<folder>', 'holds dataset.json ({"licence", "metadataURI"}), TERMS.md and README.md')
    .option('--local', 'allow a metadataURI that only this machine reaches')
    .action(
      action<[string], { local?: boolean }>(async (context, { local }, folder) => {
        const terms = readDatasetTerms(folder)
        requireReachable('metadataURI of dataset.json', terms.metadataURI, local)
        const connection = await context.connection()
        const curator = await senderOf(context)
        const found = await findDataset(connection, curator, terms)
        if (found !== undefined) {
          context.terminal.result({ dataset: found, curator, sent: false }, [`This is dataset ${found} already.`])
          return
        }
        const receipts = await carryOut(context, {
          intent: `dataset register ${terms.licence} ${terms.termsHash} ${terms.metadataHash} ${terms.metadataURI}`,
          spendsWei: 0n,
          transactions: [
            {
              call: registerAct(connection.contracts, terms),
              effect: `Register a dataset under ${terms.licence}, described at ${terms.metadataURI}`,
            },
          ],
        })
        const [receipt] = receipts ?? []
        if (receipts === undefined || receipt === undefined) return
        const { dataset } = eventIn(receipt, connection.contracts.datasets, 'DatasetRegistered')
        context.terminal.result({ dataset, curator, transactions: minedOf(receipts) }, [
          `Dataset ${dataset} is registered; ${curator} is its curator.`,
        ])
      }),
    )
}

function showCommand(): Command {
  return reading(commandOf('show', 'show a dataset: its terms, its contributions and its versions'))
    .argument('<dataset>', 'its number', id)
    .action(
      action<[number], object>(async (context, _, dataset) => {
        const described = await describeDataset(await context.connection(), dataset)
        const { curator, licence, termsHash, metadataURI, contributions, versions } = described
        context.terminal.result(described, [
          `Dataset ${dataset}, ${licence}, of curator ${curator}`,
          `card       ${metadataURI}`,
          `terms      ${termsHash}`,
          ...contributions.map(
            (one) =>
              `${one.status.padEnd(10)} ${one.contribution}, ${countOf(one.items, 'item')} of account ${one.contributor}`,
          ),
          ...versions.map((one) => `frozen     version ${one.version}, ${countOf(one.contributions, 'contribution')}`),
        ])
      }),
    )
}

function listCommand(): Command {
  return reading(commandOf('list', 'list all datasets')).action(
    action<[], object>(async (context) => {
      const datasets = await listDatasets(await context.connection())
      context.terminal.result(
        { datasets },
        datasets.length === 0
          ? ['Nobody has registered a dataset.']
          : datasets.map(({ dataset, licence, metadataURI }) => `${dataset}  ${licence}  ${metadataURI}`),
      )
    }),
  )
}

function rejectCommand(): Command {
  return sendingCommand(commandOf('reject', 'reject submitted contributions; signed by the curator'))
    .argument('<contribution...>', 'their names, 0x and 64 hex digits', collected(bytes32Value))
    .action(
      action<[readonly Hex[]], object>(async (context, _, contributions) => {
        const connection = await context.connection()
        for (const contribution of contributions) {
          const status = await statusOf(connection, contribution)
          if (status === 'submitted') continue
          throw new StopError(
            status === 'none'
              ? `There is no contribution ${contribution}`
              : `Contribution ${contribution} is ${status}`,
            {},
            'Only a submitted one can be rejected.',
          )
        }
        const receipts = await carryOut(context, {
          intent: `dataset reject ${contributions.join(' ')}`,
          spendsWei: 0n,
          transactions: contributions.map((contribution) => ({
            call: callTo(connection.contracts.datasets, 'reject', [contribution]),
            effect: `Reject contribution ${contribution}`,
          })),
        })
        if (receipts === undefined) return
        context.terminal.result({ rejected: contributions, transactions: minedOf(receipts) }, [
          `Rejected ${countOf(contributions.length, 'contribution')}.`,
        ])
      }),
    )
}
