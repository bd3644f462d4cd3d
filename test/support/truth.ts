import type { Moment } from './truth/asked.ts'
import { batchesAreTrue, booksAreTrue, ratingsAreTrue } from './truth/calls.ts'
import { courtsAreTrue, settingsAreTrue } from './truth/courts.ts'
import { datasetsAreTrue, modelsAreTrue, unitsAreTrue } from './truth/models.ts'
import { accountsAreTrue, bondsAreTrue, channelsAreTrue, moneyIsAllThere } from './truth/money.ts'

/** What changes with every block, and what contracts say of any of them: all of it. */
export const TRUTHS = {
  accounts: accountsAreTrue,
  channels: channelsAreTrue,
  bonds: bondsAreTrue,
  money: moneyIsAllThere,
  books: booksAreTrue,
  batches: batchesAreTrue,
  ratings: ratingsAreTrue,
  models: modelsAreTrue,
  units: unitsAreTrue,
  datasets: datasetsAreTrue,
  courts: courtsAreTrue,
  settings: settingsAreTrue,
} satisfies Record<string, (moment: Moment) => Promise<void>>
