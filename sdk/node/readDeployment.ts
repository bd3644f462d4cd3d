import { readFileSync } from 'node:fs'
import { type Deployment, parseDeployment } from '../deployment.ts'
import { StopError } from '../errors.ts'
import { whyUnread } from './whyUnread.ts'

/** The deployment that a file describes, as `deployments/<name>.json`. */
export function readDeployment(path: string): Deployment {
  let json: string
  try {
    json = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code !== 'ENOENT')
      throw new StopError(
        `The deployment ${path} cannot be read: ${whyUnread(cause)}`,
        {},
        'Name the JSON file of the deployment, such as deployments/<name>.json.',
        cause,
      )
    throw new StopError(
      `There is no deployment at ${path}`,
      {},
      'Deploy the contracts first, or name another file.',
      cause,
    )
  }
  return parseDeployment(json, path)
}
