// What needs a file system.

export { fetchFile } from './fetchFile.ts'
export { readDeployment } from './readDeployment.ts'
