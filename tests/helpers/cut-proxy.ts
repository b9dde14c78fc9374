import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A network between loopback ports that can fail. */
export interface CutProxy {
  port: number
  /** Ends every connection. */
  cut: () => void
  /** Ends every connection once so many more bytes have passed, in either direction; then again for the next number. */
  cutAfter: (bytes: number[]) => void
  /** How often connections are still to be ended by `cutAfter`. */
  cutsLeft: () => number
  /** Lets nothing pass any more, or all again; connections stay open. */
  setStalled: (isStalled: boolean) => void
  stop: () => void
}

/** Listens on a port of its own choosing and passes everything on to another one. */
export async function cutProxy(target: number): Promise<CutProxy> {
  const open = new Set<Socket>()
  let planned: number[] = []
  let left = Infinity
  let isStalled = false
  const cut = () => {
    for (const socket of open) socket.destroy()
    left = planned.shift() ?? Infinity
  }
  const pass = (from: Socket, to: Socket) => {
    open.add(from)
    from.on('data', (chunk: Buffer) => {
      if (isStalled) return
      left -= chunk.length
      if (left <= 0) cut()
      else if (!to.write(chunk)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      open.delete(from)
      to.destroy()
    })
  }
  const server = createServer((client) => {
    const there = connect(target, '127.0.0.1')
    pass(client, there)
    pass(there, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    cutAfter: ([first = Infinity, ...rest]) => {
      left = first
      planned = rest
    },
    cutsLeft: () => planned.length + (left === Infinity ? 0 : 1),
    setStalled: (stalled) => (isStalled = stalled),
    stop: () => {
      cut()
      server.close()
    },
  }
}
