/** A list of facts, names left, values right. */
export function Facts({ children }: { children: React.ReactNode }) {
  return <dl className="kv">{children}</dl>
}

export function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** A few large figures over the page. */
export function Stats({ children }: { children: React.ReactNode }) {
  return <dl className="stats">{children}</dl>
}

export function Stat({ name, note, children }: { name: string; note?: React.ReactNode; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        <div className="note">{note}</div>
      </dd>
    </div>
  )
}
