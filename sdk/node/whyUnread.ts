/** Why the system does not let a named file be read, in words. */
export function whyUnread(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'it does not exist'
    case 'EISDIR':
      return 'it is a folder, and a file is needed'
    case 'ENOTDIR':
      return 'what should be a folder above it is a file'
    case 'EACCES':
    case 'EPERM':
      return 'its permissions do not allow it'
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return 'it is no path that this system takes'
    default:
      return cause instanceof Error ? cause.message : `${cause}`
  }
}
