/** Something that an audit found to be otherwise than it must be. */
export interface Finding {
  /** The name of the check. */
  readonly check: string
  /** `error`: money or a promise is touched. `warning`: the record is incomplete or unusual. */
  readonly severity: 'error' | 'warning'
  readonly what: string
  readonly place: Place
  readonly found: string
  readonly expected: string
  /** A command or a JSON-RPC call that shows the same. */
  readonly reproduce: string
}

/** Where a finding is: as much of it as applies. */
export interface Place {
  readonly block?: bigint | undefined
  readonly transaction?: string | undefined
  readonly logIndex?: bigint | undefined
  readonly contract?: string | undefined
  readonly address?: string | undefined
  readonly slot?: string | undefined
  /** A file, a row of an API, a unit of a model: in words. */
  readonly subject?: string | undefined
}
