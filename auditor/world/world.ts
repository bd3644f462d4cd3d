import { noTerms, type Terms } from '../../chain/events/terms.ts'
import type { AccountsWorld } from './accounts.ts'
import type { BondsWorld } from './bonds.ts'
import type { BooksWorld } from './books.ts'
import type { ChannelsWorld } from './channels.ts'
import type { Pauses } from './clock.ts'
import { noPauses } from './clock.ts'
import type { CourtsWorld } from './courts.ts'
import type { DatasetsWorld } from './datasets.ts'
import type { EarningsWorld } from './earnings.ts'
import type { EvaluationsWorld } from './evaluations.ts'
import type { ModelsWorld } from './models.ts'
import type { Settings } from './settings.ts'
import { noSettings } from './settings.ts'
import type { TokenWorld } from './token.ts'

/** Everything that the contracts hold, rebuilt from their events. Plain data, so that a checkpoint holds it. */
export interface World
  extends AccountsWorld,
    DatasetsWorld,
    ModelsWorld,
    EarningsWorld,
    BondsWorld,
    ChannelsWorld,
    BooksWorld,
    CourtsWorld,
    EvaluationsWorld,
    TokenWorld {
  terms: Terms
  pauses: Pauses
  readonly settings: Settings
  /** The account of the treasury, which the Settlement's code fixes. */
  readonly treasury: number
  /** Of the book that was settled last. */
  lastPay: { readonly book: bigint; readonly royalties: readonly bigint[] } | undefined
}

export function emptyWorld(treasury: number): World {
  return {
    terms: noTerms,
    pauses: noPauses(),
    settings: noSettings(),
    treasury,
    lastPay: undefined,
    accounts: new Map(),
    holders: new Map(),
    datasets: new Map(),
    contributions: new Map(),
    versions: new Map(),
    models: new Map(),
    operators: new Map(),
    earnings: new Map(),
    received: new Map(),
    drawn: new Map(),
    bonds: new Map(),
    settledPools: new Map(),
    unburntGwei: 0n,
    channels: new Map(),
    raises: [],
    books: new Map(),
    batches: new Map(),
    unsettledUnits: new Map(),
    asidePayer: 0,
    keys: new Map(),
    recordDemands: new Map(),
    unitDemands: new Map(),
    appeals: new Map(),
    evaluations: 0n,
    ratings: new Map(),
    stars: new Map(),
    balances: new Map(),
    supplyWei: 0n,
  }
}
