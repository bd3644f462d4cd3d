import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, text, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { bytes32, uint32, uint48, wordAt } from './words.ts'

export const readDatasets = eventReader(abis.datasets, {
  ContributionSubmitted: (topics, data) => ({
    contribution: bytes32(topics[1]),
    dataset: uint32(topics[2]),
    contributor: uint32(topics[3]),
    itemsRoot: wordAt(data, 0),
    itemCount: uint32(wordAt(data, 1)),
  }),
  ContributionAccepted: (topics, data) => ({
    contribution: bytes32(topics[1]),
    dataset: uint32(topics[2]),
    acceptedAt: uint48(wordAt(data, 0)),
  }),
})

export function decodeDatasets(log: ChainLog, origin: EventOrigin): Fact {
  const event = readDatasets(log)
  const { dataset } = event.args
  switch (event.eventName) {
    case 'DatasetRegistered': {
      const { curator, licence, termsHash, metadataHash, metadataURI } = event.args
      return {
        table: 'datasetRegistered',
        row: {
          ...origin,
          dataset,
          curator: lower(curator),
          licence: text(licence),
          termsHash,
          metadataHash,
          metadataUri: text(metadataURI),
        },
      }
    }
    case 'CuratorProposed': {
      const { curator, proposed } = event.args
      return {
        table: 'curatorProposed',
        row: { ...origin, dataset, curator: lower(curator), proposed: lower(proposed) },
      }
    }
    case 'CuratorChanged': {
      const { previous, curator } = event.args
      return {
        table: 'curatorChanged',
        row: { ...origin, dataset, previous: lower(previous), curator: lower(curator) },
      }
    }
    case 'ContributionSubmitted': {
      const { contribution, contributor, itemsRoot, itemCount } = event.args
      return {
        table: 'contributionSubmitted',
        row: {
          ...origin,
          contribution,
          dataset,
          contributor,
          itemsRoot,
          itemCount: BigInt(itemCount),
        },
      }
    }
    case 'ContributionAccepted': {
      const { contribution, acceptedAt } = event.args
      return {
        table: 'contributionAccepted',
        row: { ...origin, contribution, dataset, acceptedAt: BigInt(acceptedAt) },
      }
    }
    case 'ContributionRejected':
      return { table: 'contributionRejected', row: { ...origin, contribution: event.args.contribution, dataset } }
    case 'ConsentWithdrawn': {
      const { contribution, contributor, withdrawnAt } = event.args
      return {
        table: 'consentWithdrawn',
        row: {
          ...origin,
          contribution,
          dataset,
          contributor,
          withdrawnAt: BigInt(withdrawnAt),
        },
      }
    }
    case 'VersionFrozen': {
      const { version, frozenAt, contributionCount } = event.args
      return {
        table: 'versionFrozen',
        row: { ...origin, version, dataset, frozenAt: BigInt(frozenAt), contributionCount: BigInt(contributionCount) },
      }
    }
    default:
      return unreachable(event)
  }
}
