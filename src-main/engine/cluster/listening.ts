import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** An address that a process accepts connections at. */
export interface ListeningAddress {
  /** Of IPv4 as `127.0.0.1`, of IPv6 as 32 hexadecimal digits. */
  address: string
  port: number
  isLoopback: boolean
}

/** The state of a listening socket in /proc/net/tcp. */
const listen = '0A'

/** The addresses that a process listens at for TCP, by /proc; none where the system has no /proc. */
export function listeningAddresses(pid: number | 'self' = 'self'): ListeningAddress[] {
  const own = socketsOf(pid)
  return ['tcp', 'tcp6'].flatMap((table) =>
    parseTable(readText(`/proc/${pid}/net/${table}`)).filter(({ inode }) => own.has(inode)),
  )
}

/** What listens at these ports at another interface than the loopback, of whichever process. */
export function openListeners(ports: number[]): ListeningAddress[] {
  const all = ['tcp', 'tcp6'].flatMap((table) => parseTable(readText(`/proc/self/net/${table}`)))
  return all.filter(({ port, isLoopback }) => !isLoopback && ports.includes(port))
}

/** The listening sockets of a table of /proc/net. */
export function parseTable(text: string): (ListeningAddress & { inode: string })[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === listen)
    .map((columns) => {
      const [hex = '', port = ''] = (columns[1] ?? '').split(':')
      const address = hex.length === 8 ? toDotted(hex) : toNetworkOrder(hex)
      return {
        address,
        port: Number.parseInt(port, 16),
        isLoopback: isLoopback(address),
        inode: columns[9] ?? '',
      }
    })
}

/** ::1, 127.0.0.0/8, and the latter as IPv6. */
const isLoopback = (address: string) =>
  address.startsWith('127.') || /^0{31}1$/.test(address) || /^0{20}ffff7f/.test(address)

/** The kernel writes each word of four bytes in the order of the processor. */
const toBytes = (word: string) => [...(word.match(/../g) ?? [])].reverse()
const toDotted = (hex: string) =>
  toBytes(hex)
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')
const toNetworkOrder = (hex: string) => (hex.match(/.{8}/g) ?? []).flatMap(toBytes).join('').toLowerCase()

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function socketsOf(pid: number | 'self'): Set<string> {
  const folder = `/proc/${pid}/fd`
  const found = new Set<string>()
  try {
    for (const name of readdirSync(folder)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`${folder}/${name}`))?.[1]
      if (inode !== undefined) found.add(inode)
    }
  } catch {
    // It has ended, or this system has no /proc.
  }
  return found
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
