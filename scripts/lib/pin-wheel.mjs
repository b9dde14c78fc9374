import { inflateRawSync } from 'node:zlib'
import { httpGet, httpSettings } from '../../src-main/tensorflow/download/http.ts'
import { readPipSettings } from '../../src-main/tensorflow/download/pip-settings.ts'
import { listFiles } from '../../src-main/tensorflow/download/simple-index.ts'

const settings = httpSettings()
const { indexUrls } = readPipSettings()

async function range(url, start, length) {
  const response = await httpGet(url, {
    settings,
    headers: { range: `bytes=${start}-${start + length - 1}` },
  })
  if (response.status !== 206) throw new Error(`${url} answers ${response.status} to a range request`)
  const parts = []
  for await (const part of response.body) parts.push(part)
  return Buffer.concat(parts)
}

async function sizeOf(url) {
  const response = await httpGet(url, { settings, headers: { range: 'bytes=0-0' } })
  response.body.destroy()
  return Number(/\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1])
}

/** The zip directory: name → where the compressed bytes are. */
async function directoryOf(url, size) {
  const tail = await range(url, Math.max(0, size - 65_557), Math.min(size, 65_557))
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const directory = await range(url, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const entries = new Map()
  for (let at = 0; at < directory.length;) {
    const nameLength = directory.readUInt16LE(at + 28)
    entries.set(directory.toString('utf8', at + 46, at + 46 + nameLength), {
      method: directory.readUInt16LE(at + 10),
      compressed: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      header: directory.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

async function offsetOf(url, { header }) {
  const local = await range(url, header, 30)
  return header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
}

async function read(url, entry) {
  const bytes = await range(url, await offsetOf(url, entry), entry.compressed)
  return (entry.method === 8 ? inflateRawSync(bytes) : bytes).toString()
}

/** The newest wheel of a project whose version `isWanted` accepts. */
export async function findWheel(project, isWanted, machine) {
  for (const index of indexUrls) {
    const files = (await listFiles(index, project, { settings })).filter(
      ({ filename }) =>
        filename.endsWith('.whl') &&
        isWanted(filename.split('-')[1]) &&
        filename.includes(machine) &&
        /manylinux/.test(filename),
    )
    files.sort((a, b) =>
      b.filename.split('-')[1].localeCompare(a.filename.split('-')[1], 'en', { numeric: true }),
    )
    const file =
      files.find(({ filename }) => filename.includes('-cp312-')) ??
      files.find(({ filename }) => filename.includes('-py3-'))
    if (file) return file
  }
  return null
}

/**
 * Pins the members of a wheel for which `target(name)` gives a path: where they lie in the wheel, and their sha256 by its
 * RECORD. Null where no index has such a wheel.
 */
export async function pin(project, isWanted, machine, target) {
  const file = await findWheel(project, isWanted, machine)
  if (!file) return null
  const size = file.bytes ?? (await sizeOf(file.url))
  const entries = await directoryOf(file.url, size)
  const named = [...entries.keys()]
  const record = await read(file.url, entries.get(named.find((name) => name.endsWith('.dist-info/RECORD'))))
  const hashes = new Map(
    record.split('\n').map((line) => {
      const [path, hash = ''] = line.split(',')
      return [path, Buffer.from(hash.replace(/^sha256=/, ''), 'base64url').toString('hex')]
    }),
  )
  const members = []
  for (const [name, entry] of entries) {
    const path = target(name)
    if (!path) continue
    const { method, compressed, bytes } = entry
    members.push({
      name,
      path,
      offset: await offsetOf(file.url, entry),
      method,
      compressed,
      bytes,
      sha256: hashes.get(name),
    })
  }
  const metadata = await read(
    file.url,
    entries.get(named.find((name) => name.endsWith('.dist-info/METADATA'))),
  )
  const build = named.find((name) => name.endsWith('/platform/build_info.py'))
  console.error(
    `${file.filename}: ${members.length} members, ${members.reduce((sum, { compressed }) => sum + compressed, 0)} bytes`,
  )
  return {
    wheel: { project, file: file.filename, sha256: file.sha256, bytes: size, members },
    metadata,
    buildInfo: build ? await read(file.url, entries.get(build)) : '',
  }
}
