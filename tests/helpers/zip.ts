import { crc32, deflateRawSync } from 'node:zlib'

/** An entry of a zip archive; `declared` is the size that it claims. */
export interface ZipEntry {
  name: string
  bytes: Uint8Array
  declared?: number
  /** Mode of a Unix file system. */
  mode?: number
  encrypted?: boolean
}

const [deflate, dosTime, dosDate] = [8, 0, 0x5a21]

/** A zip archive (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipOf(entries: ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, bytes, declared = bytes.length, mode = 0o100644, encrypted = false } of entries) {
    const packed = deflateRawSync(bytes, { level: 9 })
    const fields = Buffer.alloc(26)
    const nameBytes = Buffer.from(name)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x800 | (encrypted ? 1 : 0), 2)
    fields.writeUInt16LE(deflate, 4)
    fields.writeUInt16LE(dosTime, 6)
    fields.writeUInt16LE(dosDate, 8)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(declared, 18)
    fields.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, nameBytes, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(mode * 2 ** 16, 6)
    rest.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([20, 3])
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), madeBy, fields, rest, nameBytes]))
    parts.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, directory, Buffer.from('PK\u0005\u0006'), end])
}
