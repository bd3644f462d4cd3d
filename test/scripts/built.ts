import { buildRelease } from '../../scripts/deploy/release.ts'

/** Builds what the tests deploy before the first of them: two that began at once would build it in each other's way. */
export default buildRelease
