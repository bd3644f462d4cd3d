export interface Influence {
  readonly help: number
  readonly harm: number
}

/** Harm to the left of the zero line, hatched; help to its right; a tick at the net. `scale` is one for a table. */
export function HelpHarm({ of: { help, harm }, scale }: { of: Influence; scale: Influence }) {
  const whole = scale.help + scale.harm || 1
  // A few bars may be far longer than all others: they end at the edge, and their numbers stand in the label.
  const within = (value: number) => Math.min(scale.help, Math.max(-scale.harm, value))
  const at = (value: number) => `${(100 * (scale.harm + within(value))) / whole}%`
  const wide = (value: number, most: number) => `${(100 * Math.min(value, most)) / whole}%`
  const label = `Help ${help.toFixed(2)} %, harm ${harm.toFixed(2)} %, net ${(help - harm).toFixed(2)} %`
  return (
    <span className="hh" role="img" aria-label={label} title={label}>
      {harm > 0 && <b className="m" style={{ left: at(-harm), width: wide(harm, scale.harm) }} />}
      {help > 0 && <b className="h" style={{ left: at(0), width: wide(help, scale.help) }} />}
      <b className="zero" style={{ left: at(0) }} />
      <b className="n" style={{ left: at(help - harm) }} />
    </span>
  )
}

/** The widest of each side, so that all bars of a table share one scale. */
export function scaleOf(all: readonly Influence[]): Influence {
  return { help: Math.max(0, ...all.map(({ help }) => help)), harm: Math.max(0, ...all.map(({ harm }) => harm)) }
}

export function HelpHarmKey() {
  return (
    <span className="key">
      <span>
        <i className="km" />
        Harm
      </span>
      <span>
        <i className="kh" />
        Help
      </span>
      <span>
        <i className="kn" />
        Net, what is paid
      </span>
    </span>
  )
}
