import { openParts, roughOpen } from '../format.ts'

/** A sum with all nine decimals, trailing zeros faint. An estimate has fewer and says so. */
export function Amount({
  gwei,
  unit = false,
  rough = false,
}: {
  gwei: bigint | string
  unit?: boolean
  rough?: boolean
}) {
  const value = BigInt(gwei)
  const { digits, zeros } = openParts(value)
  return (
    <span className="amt">
      {rough ? (
        `≈ ${roughOpen(value)}`
      ) : (
        <>
          {digits}
          <span className="z">{zeros}</span>
        </>
      )}
      {unit && <span className="u">OPEN</span>}
    </span>
  )
}
