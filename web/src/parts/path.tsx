import { Icon } from './icon.tsx'

/** A way of a few steps: those that are done are ticked, and the next one is strong. */
export function Path({ steps, done }: { steps: readonly string[]; done: number }) {
  return (
    <ol className="path">
      {steps.map((step, i) => (
        <li key={step} className={i < done ? 'done' : i === done ? 'now' : 'later'}>
          <span className="dot">{i < done && <Icon name="check" size={13} />}</span>
          {step}
        </li>
      ))}
    </ol>
  )
}
