import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import type { World } from '../world/world.ts'
import { accountSlots } from './accounts.ts'
import { bondSlots } from './bonds.ts'
import { bookSlots } from './books.ts'
import { channelSlots } from './channels.ts'
import { clockSlots } from './clock.ts'
import { courtSlots, unitCourtSlots } from './courts.ts'
import { datasetSlots } from './datasets.ts'
import { earningsSlots } from './earnings.ts'
import { evaluationSlots } from './evaluations.ts'
import { modelsSlots } from './models.ts'
import { settingSlots } from './settings.ts'
import { settlementSlots } from './settlements.ts'
import { tokenSlots } from './token.ts'

/** What every slot must hold that follows from events. */
export function* expectedSlots(world: World): Iterable<ExpectedSlot> {
  yield* settingSlots(world)
  yield* clockSlots(world)
  yield* accountSlots(world)
  yield* datasetSlots(world)
  yield* modelsSlots(world)
  yield* earningsSlots(world)
  yield* bondSlots(world)
  yield* channelSlots(world)
  yield* bookSlots(world)
  yield* settlementSlots(world)
  yield* courtSlots(world)
  yield* unitCourtSlots(world)
  yield* evaluationSlots(world)
  yield* tokenSlots(world)
}
