import { Icon, type IconName } from './icon.tsx'

export type Tone = 'good' | 'wait' | 'bad' | 'info' | 'plain'

const icons: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  wait: 'clock',
  bad: 'cross',
  info: 'down',
  plain: 'ring',
}

/** A state: icon and word, never colour alone. */
export function Pill({ tone = 'plain', icon, children }: { tone?: Tone; icon?: IconName; children: React.ReactNode }) {
  return (
    <span className={`pill ${tone}`}>
      <Icon name={icon ?? icons[tone]} />
      {children}
    </span>
  )
}

const books = {
  Open: ['wait', 'Recorded'],
  Closed: ['wait', 'In challenge'],
  Settleable: ['info', 'Can be settled'],
  Settling: ['wait', 'Being settled'],
  Settled: ['good', 'Settled'],
} as const satisfies Readonly<Record<string, readonly [Tone, string]>>

export type BookStatus = keyof typeof books

export function BookPill({ status }: { status: BookStatus }) {
  const [tone, word] = books[status]
  return <Pill tone={tone}>{word}</Pill>
}

const inferences = {
  Stands: ['good', 'Stands'],
  Voided: ['bad', 'Voided'],
  SetAside: ['wait', 'Set aside'],
  Upheld: ['bad', 'Appeal upheld'],
  Denied: ['plain', 'Appeal denied'],
  Lapsed: ['plain', 'Appeal lapsed'],
} as const satisfies Readonly<Record<string, readonly [Tone, string]>>

export type InferenceStatus = keyof typeof inferences

export function InferencePill({ status }: { status: InferenceStatus }) {
  const [tone, word] = inferences[status]
  return (
    <Pill tone={tone} {...(status === 'SetAside' && { icon: 'back' as const })}>
      {word}
    </Pill>
  )
}

const models = {
  Base: ['plain', 'Base model'],
  Registering: ['wait', 'Being registered'],
  Waiting: ['wait', 'Starts soon'],
  Active: ['good', 'Active'],
  Struck: ['bad', 'Struck'],
} as const satisfies Readonly<Record<string, readonly [Tone, string]>>

export type ModelState = keyof typeof models

export function ModelPill({ state }: { state: ModelState }) {
  const [tone, word] = models[state]
  return <Pill tone={tone}>{word}</Pill>
}
