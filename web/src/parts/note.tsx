import { Icon, type IconName } from './icon.tsx'

type Tone = 'good' | 'wait' | 'bad' | 'plain'
const icons: Readonly<Record<Tone, IconName>> = { good: 'check', wait: 'clock', bad: 'warning', plain: 'info' }

export function Note({ tone = 'plain', icon, children }: { tone?: Tone; icon?: IconName; children: React.ReactNode }) {
  return (
    <div className={`note-box ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={icon ?? icons[tone]} />
      <div>{children}</div>
    </div>
  )
}
