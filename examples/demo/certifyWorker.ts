/** Certifies a run in a worker thread, so that the main thread still answers Ctrl-C and draws progress. Started by `training.ts`. */
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { Certificate } from '../../pipeline/certify/certificate.ts'
import type { CertificationSet } from '../../pipeline/certify/certificationSet.ts'
import { certify, isEmbedded } from '../../pipeline/certify/certify.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { taskNamed } from '../../pipeline/train/tasks/tasks.ts'

export interface CertifyRequest extends Omit<CertificationSet, 'task'> {
  readonly task: string
  readonly folder: string
  readonly cacheFolder: string
}

/** How far it is, and then the certificate. */
export type CertifyReply = { readonly done: number; readonly total: number } | { readonly certificate: Certificate }

/** Enough to see who helps and who harms; `attribution run certify` asks for more seeds and halves, and takes many minutes. */
const COUNTS = { seeds: 1, halves: 4, halfSeeds: 1 }
const REPLICATES = 100

const port = parentPort
if (port === null) throw new Error('certifyWorker.ts runs inside a worker thread; call ensureCertified instead.')
const reply = (one: CertifyReply): void => port.postMessage(one)

const { folder, cacheFolder, task, contributions, heldOut } = workerData as CertifyRequest
const run = readRun(folder)
if (!isEmbedded(run)) throw new Error('The demo trains runs of the embedded trainer')
const certificate = await certify(
  run,
  { task: taskNamed(task), contributions, heldOut },
  {
    counts: COUNTS,
    replicates: REPLICATES,
    features: { cacheFolder: join(cacheFolder, 'features') },
    retraining: {
      cacheFolder: join(cacheFolder, 'retrainings'),
      onProgress: ({ done, total }) => reply({ done, total }),
    },
  },
)
reply({ certificate })
