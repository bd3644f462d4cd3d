/** What is assumed of a day; every number is a parameter of the simulation. */
export interface Scenario {
  /** Calls a day. */
  readonly inferences: number
  readonly models: number
  readonly operators: number
  /** Payers' channels: one payer, operator and model each. */
  readonly channels: number
  /** Zipf exponent of models, and of a model's operators. */
  readonly popularity: number
  /** Zipf exponent of a book's channels. */
  readonly concentration: number
  /** Fees in fee units, lognormal. */
  readonly fee: { readonly medianUnits: number; readonly sigma: number; readonly unitGwei: number }
  /** Units of a model, lognormal, 1 to 1,024. */
  readonly units: { readonly median: number; readonly sigma: number }
  readonly policy: BatchPolicy
  /** How many fee units a payer's voucher reaches beyond the one before. */
  readonly voucherUnits: number
  readonly terms: BookTerms
  readonly rates: Rates
}

/** When a gateway records what it holds. */
export interface BatchPolicy {
  /** As soon as it holds so many records, 1 to 1,024. */
  readonly records: number
  /** Or so many bytes of calldata. */
  readonly bytes: number
  /** And at the end of every such span; a receipt promises a day at most. */
  readonly flushSeconds: number
  /** As calls come; or a span's calls by channel, so that a channel is charged in few batches. */
  readonly order: 'arrival' | 'channel'
}

/** What governs books: `LedgerTerms`, in days and OPEN. */
export interface BookTerms {
  readonly minBookGwei: number
  readonly longestDays: number
  readonly windowDays: number
  /** What the operator's bond must hold: a part of fees, and something a record. */
  readonly ratioBps: number
  readonly perRecordGwei: number
}

/** How often everything else happens. */
export interface Rates {
  /** Earnings are claimed every so many days. */
  readonly claimDays: number
  /** The part of claims that somebody sends for a hundred accounts at once. */
  readonly claimedTogether: number
  /** The part of channels that are new each day. */
  readonly newChannels: number
  /** Deposits are topped up every so many days. */
  readonly topUpDays: number
  /** Models are fine-tuned and registered anew every so many days. */
  readonly modelDays: number
  /** Of a million records: struck by their receipt, demanded and shown, appealed against. */
  readonly voided: number
  readonly demanded: number
  readonly appealed: number
}

/** Bits of a query sketch, as the gas snapshot's. */
export const K = 256
/** With more channels a batch cannot name them (`Ledger.MAX_CHANNELS`). */
export const MOST_CHANNELS = 255
export const MOST_RECORDS = 1_024
export const MOST_UNITS = 1_024

const DEFAULTS = {
  popularity: 1,
  concentration: 1,
  fee: { medianUnits: 20, sigma: 1, unitGwei: 1_000_000 },
  units: { median: 100, sigma: 1 },
  // Of the 128 KiB above which common pools refuse a transaction.
  policy: { records: 1_000, bytes: 120_000, flushSeconds: 21_600, order: 'arrival' },
  voucherUnits: 1_000,
  terms: { minBookGwei: 1e9, longestDays: 28, windowDays: 2, ratioBps: 10_000, perRecordGwei: 1e7 },
  rates: {
    claimDays: 7,
    claimedTogether: 0.8,
    newChannels: 0.01,
    topUpDays: 14,
    modelDays: 90,
    voided: 10,
    demanded: 5,
    appealed: 2,
  },
} as const satisfies Partial<Scenario>

/** Ten thousand times as many calls come from 500 times as many models, 50 times as many operators and 2,000 times as many channels. */
export function scenarioOf(inferences: number, changes: Partial<Scenario> = {}): Scenario {
  const times = inferences / 100_000
  const grown = (count: number, exponent: number) => Math.max(1, Math.round(count * times ** exponent))
  return {
    ...DEFAULTS,
    inferences,
    models: grown(20, 0.675),
    operators: grown(10, 0.425),
    channels: grown(1_000, 0.825),
    ...changes,
  }
}

/** The mean fee in fee units, as fees are drawn: lognormal, and at least one unit. */
export function meanFee({ medianUnits, sigma }: Scenario['fee']): number {
  return Math.max(1, medianUnits * Math.exp(sigma ** 2 / 2))
}

/** The variance of one fee. */
export function feeVariance({ medianUnits, sigma }: Scenario['fee']): number {
  return medianUnits ** 2 * Math.exp(sigma ** 2) * (Math.exp(sigma ** 2) - 1)
}
