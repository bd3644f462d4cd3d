import type { Duplex } from 'node:stream'
import { ApiError, errorBody } from '../apiError.ts'

/** Refuses what is no HTTP request in OpenAI's shape too: headers that are too long, and requests that do not come to an end. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [line, refusal] = refusalOf(error.code)
  const body = JSON.stringify(errorBody(refusal))
  const headers = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`
  socket.end(`HTTP/1.1 ${line}\r\n${headers}\r\n\r\n${body}`)
}

function refusalOf(code: string | undefined): readonly [string, ApiError] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['431 Request Header Fields Too Large', new ApiError(413, 'too_large', 'The headers are too long.')]
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['408 Request Timeout', new ApiError(400, 'too_slow', 'The request did not come to an end in time.')]
  return ['400 Bad Request', new ApiError(400, 'invalid_request', 'This is no HTTP request.')]
}
