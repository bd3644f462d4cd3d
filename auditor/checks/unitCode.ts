import type { Hex } from 'viem'
import type { Header } from '../../chain/verify/header.ts'
import type { Reader } from '../../sdk/chain.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { type ProvenModel, proofSource, proveModel } from '../../sdk/provenModel.ts'
import { FalseProof } from '../../sdk/storageProof.ts'
import { placeOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { Model } from '../world/models.ts'
import type { World } from '../world/world.ts'

export interface UnitCodeQuery {
  readonly reader: Reader
  readonly deployment: Deployment
  readonly block: Header
  readonly tally: Tally
}

/** Holds the units of every model to the code that settlements read them from. */
export async function checkUnitCode(query: UnitCodeQuery, world: World): Promise<void> {
  const { deployment, tally, block } = query
  const source = proofSource(query.reader, block)
  for (const [number, model] of world.models) {
    if (model.registered === undefined) continue
    try {
      const proven = await proveModel(block, source, deployment.contracts.models, number)
      compareModel(query, world, number, model, proven)
    } catch (error) {
      if (!(error instanceof FalseProof)) throw error
      find(tally, {
        check: 'unitCode',
        severity: 'error',
        what: `The code that holds the units of model ${number} is not proven: ${error.message}`,
        place: { ...placeOf(model.registered.at, 'models', `units of model ${number}`), address: error.facts.address },
        found: 'code that does not hash to the proven hash',
        expected: `${error.facts.proven ?? 'a proof that holds'}`,
        reproduce: `cast code ${error.facts.address} --block ${block.number} --rpc-url $RPC`,
      })
    }
  }
}

function compareModel(
  { block, tally }: UnitCodeQuery,
  { contributions }: World,
  number: number,
  model: Model,
  proven: ProvenModel,
): void {
  const say = (what: string, found: string, expected: string, subject: string, at = model.at): void => {
    count(tally, 'unitCode')
    if (found === expected) return
    find(tally, {
      check: 'unitCode',
      severity: 'error',
      what,
      place: placeOf(at, 'models', subject),
      found,
      expected,
      reproduce: `cast code ${proven.sheet} --block ${block.number} --rpc-url $RPC`,
    })
  }
  const subject = `model ${number}`
  say('The root of a row index', proven.indexRoot, model.registered?.indexRoot ?? 'none', subject)
  say('The number of units', `${proven.units.length}`, `${model.units.length}`, subject)
  for (const [u, { payee, kept, scale, fixed, codes, members, at }] of model.units.entries()) {
    const stored = proven.units[u]
    if (stored === undefined) continue
    const [found, expected] = [stored, { payee, kept, scale, fixed, codes }].map((unit) =>
      [unit.payee, unit.kept, unit.scale, unit.fixed, hexOf(unit.codes)].join(' '),
    )
    const named = `unit ${u} of model ${number}`
    say('A unit (payee, kept rows, scale, fixed weight, codes)', found as string, expected as string, named, at)
    const shares = members.map((member) => [contributions.get(member.contribution)?.contributor ?? 0, member.kept])
    const held = (proven.members.get(u) ?? []).map((member) => [member.account, member.kept])
    if (payee === 0) say('Members of a joint unit', held.join(' '), shares.join(' '), named, at)
  }
}

function hexOf(codes: Int8Array): Hex {
  return `0x${Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength).toString('hex')}`
}
