import { bytesToHex, type Hex } from 'viem'
import type { Fact } from './facts.ts'
import type { UnitsRegistered } from './fineTuneFacts.ts'
import { beginsAnother, draftAfter, openJoint, ownUnits, type UnitDraft } from './unitDraft.ts'

/** The arguments of `UnitsRegistered`, as hexadecimal digits. */
interface PageEvent {
  readonly contributions: Hex
  readonly units: Hex
}

//   contribution   id bytes32 ‖ kept uint32
//   unit           payee uint32 ‖ kept uint16 ‖ scale uint16 ‖ fixed weight uint64 ‖ packed sketch dims/2
const CONTRIBUTION_BYTES = 36
const HEAD_BYTES = 16

/** Decodes a page: the units that it completes, their payees, and the members of joint units. */
export function unitPageFacts(
  origin: Pick<UnitsRegistered, 'block' | 'logIndex' | 'transactionHash' | 'model' | 'firstUnit' | 'isLast'>,
  page: PageEvent,
  before: UnitDraft,
  dims: number,
): readonly Fact[] {
  const { block, model, isLast } = origin
  const contributions = Buffer.from(page.contributions.slice(2), 'hex')
  const units = Buffer.from(page.units.slice(2), 'hex')
  const unitBytes = HEAD_BYTES + dims / 2
  const count = units.length / unitBytes
  const facts: Fact[] = [
    {
      table: 'unitsRegistered',
      row: { ...origin, units: BigInt(count), contributions: BigInt(contributions.length / CONTRIBUTION_BYTES) },
    },
  ]
  let draft = before
  let added = 0
  const add = (fact: Extract<Fact, { table: 'unitKept' | 'unitMember' }>) => {
    draft = draftAfter(draft, fact)
    facts.push(fact)
  }
  const addUnit = (joint: number | null, contribution: Hex | null) => {
    const at = added * unitBytes
    if (added >= count) throw new Error(`A page of model ${model} has ${count} units, and should have more`)
    added += 1
    const unit = origin.firstUnit + added - 1
    const payee = units.readUInt32BE(at)
    add({
      table: 'unitKept',
      row: {
        block,
        model,
        unit,
        joint,
        payee: payee === 0 ? null : payee,
        contribution,
        kept: BigInt(units.readUInt16BE(at + 4)),
        scale: BigInt(units.readUInt16BE(at + 6)),
        fixedWeight: units.readBigUInt64BE(at + 8),
      },
    })
    if (dims === 0) return
    const sketch = bytesToHex(units.subarray(at + HEAD_BYTES, at + unitBytes))
    facts.push({ table: 'unitSketch', row: { block, model, unit, sketch } })
  }
  const close = () => {
    const open = openJoint(draft)
    if (open !== undefined) addUnit(open.joint, null)
  }

  for (let at = 0; at < contributions.length; at += CONTRIBUTION_BYTES) {
    const contribution = bytesToHex(contributions.subarray(at, at + 32))
    const kept = contributions.readUInt32BE(at + 32)
    const own = ownUnits(draft, kept)
    for (let i = 0; i < own; i++) addUnit(null, contribution)
    if (own > 0) continue
    if (beginsAnother(draft, kept)) close()
    const open = openJoint(draft)
    add({
      table: 'unitMember',
      row: {
        block,
        model,
        joint: open?.joint ?? draft.closedJoints,
        member: open?.members ?? 0,
        contribution,
        kept: BigInt(kept),
      },
    })
  }
  if (isLast) close()
  if (added !== count) throw new Error(`A page of model ${model} has ${count} units, and completes ${added}`)
  return facts
}
