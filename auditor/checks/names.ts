/** Every check, in the order in which the report shows them, and what it compares. */
export const checks = {
  headers: 'block headers, each hashed and linked to the next, up to the audited block',
  receipts: 'events, from receipts that hash to their block’s receiptsRoot',
  journals: 'each contract’s journal, replayed from its events, with its proven storage',
  arithmetic: 'totals that an event states, with the totals that follow from the events before it',
  batches: 'batches: records hashed to their root, fees added up, sketches summed bit for bit',
  channels: 'charges: covered by vouchers, within the deposit, never falling',
  vouchers: 'vouchers that raised what a channel covers: each in its transaction, signed by the channel’s key',
  units: 'registered units: fixed weights, their total, the norm of the floor, kept rows',
  settlements: 'settled books: every weight and every gwei computed again from their batches',
  parameters: 'changes of parameters: each names the value that it replaces',
  governance: 'changes of parameters and authorities with the calls that the timelock executed',
  storage: 'every rebuilt value with the contracts’ storage, by proof',
  unitCode: 'units, members and row roots with the code that holds them, by proof',
  money: 'OPEN that the contracts hold with what they owe, and the token’s balances and supply',
  code: 'deployed bytecode with the compiled sources, immutables included',
  rowIndex: 'row indexes: rows hashed to their root, unit sketches and near-copies computed again',
  run: 'row codes with the gradients of the run',
  api: 'rows of a GraphQL endpoint with what was found here',
} as const

export type CheckName = keyof typeof checks
