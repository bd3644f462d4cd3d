import { bytes } from '../format.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import type { Step } from './step.ts'

const looks: Readonly<Record<Step['state'], readonly [IconName, string, string]>> = {
  holds: ['check', 'dot', 'Holds: '],
  fails: ['cross', 'dot bad', 'Fails: '],
  skipped: ['ring', 'dot off', 'Not checked: '],
  waits: ['clock', 'dot off', 'Waits: '],
}

/** A proof, step by step, with the bytes of each. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="steps">
      {steps.map((step) => {
        const [icon, look, word] = looks[step.state]
        return (
          <li key={step.name} data-state={step.state}>
            <span className={look}>
              <Icon name={icon} />
            </span>
            <div>
              <h3>
                <span className="sr">{word}</span>
                {step.name}
              </h3>
              <p>{step.says}</p>
            </div>
            <span className="by">{step.bytes === undefined ? '' : bytes(step.bytes)}</span>
            {step.fields !== undefined && <Bytes fields={step.fields} />}
          </li>
        )
      })}
    </ol>
  )
}

function Bytes({ fields }: { fields: NonNullable<Step['fields']> }) {
  return (
    <details>
      <summary>Bytes</summary>
      <div className="hex">
        <p className="mono">
          {fields.map(({ hex, means }, i) => (
            <span key={means}>
              <u className={`under-${(i % 5) + 1}`}>{hex.slice(2)}</u>{' '}
            </span>
          ))}
        </p>
        <dl>
          {fields.map(({ hex, means }, i) => (
            <div key={means} className="row">
              <dt>
                <i className={`swatch cat-${(i % 5) + 1}`} />
                {bytes((hex.length - 2) / 2)}
              </dt>
              <dd>{means}</dd>
            </div>
          ))}
        </dl>
      </div>
    </details>
  )
}
