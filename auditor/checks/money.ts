// All OPEN that the contracts hold belongs to somebody, or waits to be burnt.
//
//   earnings   Σ earned − claimed + Σ deposit − withdrawn − charged + Σ received − drawn + Σ fees + given − paid, of books that
//              are not settled + Σ fees of open appeals
//   bonds      Σ balances + what waits to be burnt

import type { Header } from '../../chain/verify/header.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { World } from '../world/world.ts'

export function checkMoney(world: World, { contracts }: Deployment, block: Header, tally: Tally): void {
  const owed = { earnings: owedByEarnings(world), bonds: owedByBonds(world) }
  for (const contract of ['earnings', 'bonds'] as const) {
    count(tally, 'money')
    const address = contracts[contract]
    const holds = world.balances.get(address.toLowerCase() as `0x${string}`)?.wei ?? 0n
    const due = owed[contract] * WEI_PER_GWEI
    if (holds === due) continue
    find(tally, {
      check: 'money',
      // Anybody can send OPEN to a contract, and nobody owes it then.
      severity: holds < due ? 'error' : 'warning',
      what: `The OPEN that ${contract} holds is not what it owes`,
      place: { block: block.number, contract, address },
      found: `${holds} wei`,
      expected: `${due} wei`,
      reproduce: `cast call ${contracts.openToken} "balanceOf(address)(uint256)" ${address} --block ${block.number} --rpc-url $RPC`,
    })
  }
}

function owedByEarnings(world: World): bigint {
  let gwei = 0n
  for (const { earnedGwei, claimedGwei } of world.earnings.values()) gwei += earnedGwei - claimedGwei
  for (const { depositGwei, withdrawnGwei, chargedUnits, feeUnitGwei } of world.channels.values()) {
    gwei += depositGwei - withdrawnGwei - chargedUnits * feeUnitGwei
  }
  for (const { gwei: received } of world.received.values()) gwei += received
  for (const members of world.drawn.values()) for (const { gwei: drawn } of members.values()) gwei -= drawn
  for (const book of world.books.values()) {
    if (book.isSettled) continue
    const feeUnitGwei = world.models.get(book.model)?.feeUnitGwei ?? 0n
    gwei += book.units * feeUnitGwei + book.givenGwei
    for (const paid of book.settling.unitsGwei) gwei -= paid ?? 0n
  }
  for (const { feeGwei, isOver } of world.appeals.values()) if (!isOver) gwei += feeGwei
  return gwei
}

function owedByBonds({ bonds, unburntGwei }: World): bigint {
  let gwei = unburntGwei
  for (const { balanceGwei } of bonds.values()) gwei += balanceGwei
  return gwei
}
