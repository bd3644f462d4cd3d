import { Failure } from './states.tsx'

/** All that there is to show where the server does not say which ledger this is. */
export function Unreachable({ reason }: { reason: string }) {
  return (
    <main>
      <div className="wrap stack">
        <h1>Attribution ledger</h1>
        <Failure
          error={new Error(reason)}
          holds="Your earnings are on the chain, whether this server answers or not."
          retry={() => location.reload()}
        />
      </div>
    </main>
  )
}
