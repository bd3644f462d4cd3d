// Parameters, appointments and authorities, as governance's events set them.

import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { type Field, packed, plainSlot } from '../storage/words.ts'
import type { Settings } from '../world/settings.ts'
import type { World } from '../world/world.ts'
import { govern } from './parameters.ts'
import type { Handlers, Step } from './step.ts'

export const settingHandlers: Handlers = {
  authorityUpdated: (step, { contract, authority }) => {
    const { world, at } = step
    if (world.settings.authorities.has(contract))
      govern(step, contract, 'updateAuthority', `authority of ${contract}`, authority)
    world.settings.authorities.set(contract, { authority, at })
    world.settings.changes.push({ parameter: `authority of ${contract}`, value: authority, at })
  },
  appointed: ({ world, at }, { contract, office, appointed }) => {
    world.settings.offices.set(`${contract}.${office}`, { appointed, at })
  },
  ledgerTermsSet: (step, row) => set(step, 'terms of the Ledger', { ledgerTerms: row }, row),
  bondRuleSet: (step, row) => set(step, 'rule of bonds', { bondRule: row }, row),
  courtTermsSet: (step, row) => set(step, 'terms of the Court', { courtTerms: row }, row),
  unitCourtTermsSet: (step, row) => set(step, 'terms of the UnitCourt', { unitCourtTerms: row }, row),
  modelTermsSet: (step, row) => {
    const { activationSeconds, noticeSeconds } = row
    set(step, 'terms of Models', { activationSeconds, modelNoticeSeconds: noticeSeconds }, row)
  },
  channelNoticeSet: (step, row) => set(step, 'notice of channels', { channelNoticeSeconds: row.noticeSeconds }, row),
}

export function* settingSlots(world: World): Iterable<ExpectedSlot> {
  const { settings, models, unburntGwei } = world
  const { authorities, offices, ledgerTerms, bondRule, courtTerms, unitCourtTerms } = settings
  const office = (name: string): Field => [BigInt(offices.get(name)?.appointed ?? 0), 160]
  for (const [contract, { authority, at }] of authorities) {
    const number: readonly Field[] =
      contract === 'models'
        ? [
            [0, 8],
            [models.size, 32],
          ]
        : []
    const word = packed([BigInt(authority), 160], ...number)
    // What lies beside it is a flag that is set only while an act of governance runs.
    yield { contract, slot: plainSlot(0), word, subject: `authority of ${contract}`, at }
  }
  if (ledgerTerms !== undefined) {
    const { epochSeconds, windowSeconds, minBookGwei, treasuryBps } = ledgerTerms
    const word = packed([epochSeconds, 32], [windowSeconds, 32], [minBookGwei, 64], [treasuryBps, 16])
    yield { contract: 'ledger', slot: plainSlot(3), word, subject: 'terms of the Ledger', at: ledgerTerms }
  }
  if (bondRule !== undefined) {
    const { minimumGwei, perRecordGwei, ratioBps, bountyBps, noticeSeconds, modelSeconds } = bondRule
    const amounts = packed([minimumGwei, 64], [perRecordGwei, 64], [ratioBps, 16], [bountyBps, 16])
    const word = amounts | (packed([noticeSeconds, 32], [modelSeconds, 32]) << 160n)
    yield { contract: 'bonds', slot: plainSlot(1), word, subject: 'rule of bonds', at: bondRule }
  }
  if (courtTerms !== undefined) {
    const { demandFeeGwei, demandSeconds, receiptFees, appealStakeGwei, rulingSeconds, keyNoticeSeconds } = courtTerms
    const first = packed([demandFeeGwei, 64], [demandSeconds, 32], [receiptFees, 16], [appealStakeGwei, 64])
    const word = first | (packed([rulingSeconds, 32], [keyNoticeSeconds, 32]) << 176n)
    yield { contract: 'court', slot: plainSlot(4), word, subject: 'terms of the Court', at: courtTerms }
  }
  if (unitCourtTerms !== undefined) {
    const { demandFeeGwei, demandSeconds } = unitCourtTerms
    const word = packed([demandFeeGwei, 64], [demandSeconds, 32])
    yield { contract: 'unitCourt', slot: plainSlot(3), word, subject: 'terms of the UnitCourt', at: unitCourtTerms }
  }
  const { activationSeconds, modelNoticeSeconds, channelNoticeSeconds } = settings
  const modelTerms = packed([activationSeconds, 32], [modelNoticeSeconds, 32])
  yield { contract: 'models', slot: plainSlot(1), word: modelTerms, subject: 'terms of Models' }
  const channels = packed(office('channels.ledger'), [channelNoticeSeconds, 32])
  yield { contract: 'channels', slot: plainSlot(3), word: channels, subject: 'ledger and notice of channels' }
  const bonds = packed(office('bonds.ledger'), [unburntGwei, 64])
  yield { contract: 'bonds', slot: plainSlot(2), word: bonds, subject: 'ledger of bonds, and what waits to be burnt' }
  for (const [contract, slot, appointed] of appointments) {
    const { appointed: address = 0, at } = offices.get(`${contract}.${appointed}`) ?? {}
    yield { contract, slot: plainSlot(slot), word: BigInt(address), subject: `${appointed} of ${contract}`, at }
  }
}

const appointments = [
  ['bonds', 3, 'court'],
  ['bonds', 4, 'unitCourt'],
  ['earnings', 4, 'channels'],
  ['earnings', 5, 'ledger'],
  ['earnings', 6, 'settlement'],
  ['earnings', 7, 'bonds'],
  ['ledger', 1, 'court'],
  ['ledger', 2, 'settlement'],
  ['models', 2, 'fineTunes'],
  ['models', 3, 'court'],
  ['models', 4, 'unitCourt'],
] as const

function set({ world, at }: Step, parameter: string, changed: Partial<Settings>, row: EventOrigin): void {
  Object.assign(world.settings, changed)
  const { block: _, logIndex: __, transactionHash: ___, ...values } = row
  const value = Object.entries(values).map(([name, number]) => `${name} ${number}`)
  world.settings.changes.push({ parameter, value: value.join(', '), at })
}
