import { Intervals, signed } from '../../charts/intervals.tsx'
import { bps } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Note } from '../../parts/note.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Empty, Loaded, Skeleton } from '../../parts/states.tsx'
import { useBlob } from '../../queries/blob.ts'
import type { Model } from '../../queries/model.ts'
import { type CertificateFile, certificateHash, readCertificate } from './certificateFile.ts'

/** The certificate that the manifest on chain names: plain words first, figures below. */
export function Certificate({ of }: { of: Model }) {
  const { manifest, certificate } = useCertificate(of)
  const isMissing =
    manifest.data === null || (manifest.isSuccess && manifest.data === undefined) || certificate.data === null
  if (isMissing) {
    return (
      <Card title="Does pay follow worth?" span={7}>
        <Empty
          title="This server has no certificate of this model"
          why="The manifest on chain names it by its hash; ask the model’s owner for the file."
        />
      </Card>
    )
  }
  const error = manifest.error ?? certificate.error
  if (certificate.data == null && error === null) {
    return (
      <Card title="Does pay follow worth?" span={7}>
        <Skeleton lines={12} />
      </Card>
    )
  }
  return (
    <Loaded of={certificate.data === undefined ? { ...certificate, data: undefined, error } : certificate}>
      {(file) => (file === null ? null : <Shown of={file} set={of} hash={manifest.data ?? undefined} />)}
    </Loaded>
  )
}

const plantedWords: Readonly<Record<string, string>> = {
  flipped: 'Labels flipped',
  noise: 'Noise',
  outlier: 'Outliers',
  copied: 'Copies',
}

function Shown({ of, set, hash }: { of: CertificateFile; set: Model; hash: string | undefined }) {
  const [first] = of.answerWorth
  const [ours, equal] = ['net influence', 'equal split'].map(
    (name) => of.answerWorth.find(({ rule }) => rule === name)?.figure,
  )
  const beats = ours !== undefined && equal !== undefined && ours.low > 0 && ours.estimate > equal.estimate
  const isNet = of.recommended?.rule === 'net-influence'
  return (
    <Card
      title="Does pay follow worth?"
      span={7}
      aside={<Pill tone={isNet ? 'good' : 'wait'}>{adviceOf(of)}</Pill>}
      foot={
        <span>
          Rank correlation of pay with what leaving a person out does to the answers, {of.contributors} people.{' '}
          {hash !== undefined && <a href={`/blobs/${hash}`}>All figures</a>}
        </span>
      }
    >
      <div className="stack">
        <p className="verdict">
          {beats
            ? 'Yes, moderately. People whose data mattered more were paid more, more so than with an equal split.'
            : 'We cannot tell. Pay by influence was not told apart from an equal split.'}
        </p>
        {of.sentences.map((sentence) => (
          <p key={sentence} className="muted">
            {sentence}
          </p>
        ))}
        {of.warning !== null && <Note tone="wait">{of.warning}</Note>}
        {first !== undefined && (
          <Intervals
            label={`Correlation of pay with answer worth by rule; net influence is at ${signed(first.figure.estimate, 2)}`}
            rows={of.answerWorth.map(({ rule, figure }) => ({ name: rule, ...figure }))}
            best={of.bestPossible}
          />
        )}
        {of.measures.length > 1 && (
          <details className="more">
            <summary>By other measures of worth</summary>
            <Intervals
              what="Measure"
              label="Correlation of pay by net influence with each measure of worth"
              rows={of.measures.map(({ rule, figure }) => ({ name: rule, ...figure }))}
            />
          </details>
        )}
        {of.recommended !== null && (
          <Facts>
            <Fact name="Base, advised and set">
              {bps(of.recommended.baseBps)}, {bps(set.baseBps ?? 0)}
            </Fact>
            <Fact name="Floor, advised and set">
              {of.recommended.floorBps / 10_000}, {(set.floorBps ?? 0) / 10_000}
            </Fact>
          </Facts>
        )}
      </div>
    </Card>
  )
}

function adviceOf({ recommended }: CertificateFile): string {
  if (recommended?.rule !== 'net-influence') return 'Advises an equal split'
  return recommended.baseBps === 0 ? 'Advises attribution' : `Advises attribution, ${bps(recommended.baseBps)} by rows`
}

/** Pay of planted bad rows, as the certificate measured it. */
export function PaidForHarm({ of }: { of: Model }) {
  const { certificate } = useCertificate(of)
  const planted = certificate.data?.planted ?? []
  if (planted.length === 0) return null
  return (
    <Card title="Who is paid for harm?" about="Pay of a planted bad row, beside one of an honest person.">
      <table className="t">
        <caption className="sr">Pay of planted rows</caption>
        <thead>
          <tr>
            <th scope="col">Planted</th>
            <th scope="col" className="num">
              Here
            </th>
            <th scope="col" className="num">
              By raw influence
            </th>
          </tr>
        </thead>
        <tbody>
          {planted.map(({ kind, here, raw }) => (
            <tr key={kind}>
              <th scope="row">{plantedWords[kind] ?? kind}</th>
              <td className="num strong">{times(here)}</td>
              <td className="num muted">{times(raw)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}

/** The certificate that the manifest names, if this server has both files. */
function useCertificate({ manifestHash }: Model) {
  const manifest = useBlob(manifestHash, certificateHash)
  const certificate = useBlob(manifest.data, readCertificate)
  return { manifest, certificate }
}

function times(ratio: number | null): string {
  return ratio === null ? '–' : `${ratio.toFixed(2)}×`
}
