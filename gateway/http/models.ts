import type { Gateway, OfferedModel } from '../gateway.ts'

/** What is said of a model: how callers name it, what an answer costs, and where its terms stand. */
export function modelObject({ connection, promiseSeconds, facilitators }: Gateway, model: OfferedModel) {
  const { serving, price, backend, name, maxTokens } = model
  const { terms, owner, model: id } = serving.model
  const { reader, contracts } = connection
  return {
    id: name,
    object: 'model',
    created: 0,
    owned_by: `account ${owner}`,
    endpoints: backend.endpoints,
    max_tokens: maxTokens,
    price: {
      currency: 'OPEN',
      base_gwei: `${price.baseGwei}`,
      per_1000_tokens_in_gwei: `${price.perThousandInGwei}`,
      per_1000_tokens_out_gwei: `${price.perThousandOutGwei}`,
      fee_unit_gwei: `${terms.feeUnitGwei}`,
    },
    attribution: {
      model: id,
      operator: serving.operator,
      owner,
      chain_id: reader.chain.id,
      channels: contracts.channels.address,
      ledger: contracts.ledger.address,
      court: contracts.court.address,
      open_token: contracts.openToken.address,
      takes_x402: facilitators.length > 0,
      sketch_dims: serving.k,
      recorded_within_seconds: promiseSeconds,
      terms: JSON.parse(JSON.stringify(terms, (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
    },
  }
}
