import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface TestServer {
  /** `http://127.0.0.1:port` or `https://localhost:port`. */
  origin: string
  port: number
  stop: () => void
}

/** A server on this machine's loopback, on a port of its own choosing. */
export async function serve(
  answer: RequestListener,
  tls?: { key: string; cert: string },
): Promise<TestServer> {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    port,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Writes the head of an answer to a range request, as a file server does; the part that was asked for. */
export function answerRange(request: IncomingMessage, response: ServerResponse, content: Buffer): Buffer {
  const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? []
  const end = to === '' ? content.length - 1 : Number(to)
  const part = content.subarray(Number(from), end + 1)
  response.writeHead(206, {
    'content-range': `bytes ${from}-${end}/${content.length}`,
    'content-length': part.length,
  })
  return part
}
