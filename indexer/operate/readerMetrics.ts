import { collectDefaultMetrics, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client'
import { type ApiMetrics, apiMetrics } from './apiMetrics.ts'

/** All metrics of a process, as prom-client puts them together. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[]

/** The metrics of a process that only answers, which the one that started it shows with its own. */
export interface ReaderMetrics extends ApiMetrics {
  snapshot(): Promise<MetricsSnapshot>
}

export function readerMetrics({ chain, number }: { readonly chain: string; readonly number: number }): ReaderMetrics {
  const registry = new Registry()
  registry.setDefaultLabels({ chain, reader: `${number}` })
  collectDefaultMetrics({ register: registry })
  return {
    ...apiMetrics(registry),
    snapshot: async () => (await registry.getMetricsAsJSON()) as MetricsSnapshot,
  }
}
