import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What a gateway counts. */
export interface Metrics {
  readonly registry: Registry
  readonly calls: Counter<'model' | 'endpoint' | 'outcome'>
  readonly seconds: Histogram<'model' | 'part'>
  readonly feeUnits: Counter<'model'>
  readonly waiting: Gauge
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    calls: new Counter({
      name: 'attribution_gateway_calls_total',
      help: 'Calls by how they ended: answered, repeated, abandoned, or the code of the refusal.',
      labelNames: ['model', 'endpoint', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'attribution_gateway_seconds',
      help: 'Time of a call: in the backend, and in all that the gateway adds.',
      labelNames: ['model', 'part'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    feeUnits: new Counter({
      name: 'attribution_gateway_fee_units_total',
      help: 'Fee units that were charged.',
      labelNames: ['model'],
      registers,
    }),
    waiting: new Gauge({
      name: 'attribution_gateway_unrecorded_calls',
      help: 'Calls that were taken and are not on chain yet.',
      registers,
    }),
  }
}
