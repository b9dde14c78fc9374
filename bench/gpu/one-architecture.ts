import { closeSync, openSync, readSync, writeSync } from 'node:fs'

const fatBinaryMagic = 0xba55ed50
const machineCode = 2
const noBits = 8
const droppedSections = ['.symtab', '.strtab']

interface Section {
  type: number
  position: number
  length: number
}

/** The sections of a 64-bit little-endian ELF file, by name. */
function sectionsOf(file: number): Map<string, Section> {
  const bytesAt = (position: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    readSync(file, bytes, 0, length, position)
    return bytes
  }
  const header = bytesAt(0, 64)
  if (header.toString('latin1', 1, 4) !== 'ELF' || header[4] !== 2) throw new Error('not a 64-bit ELF file')
  const size = header.readUInt16LE(58)
  const table = bytesAt(Number(header.readBigUInt64LE(40)), size * header.readUInt16LE(60))
  const rows = Array.from({ length: table.length / size }, (_, index) => {
    const at = index * size
    return {
      name: table.readUInt32LE(at),
      type: table.readUInt32LE(at + 4),
      position: Number(table.readBigUInt64LE(at + 24)),
      length: Number(table.readBigUInt64LE(at + 32)),
    }
  })
  const names = rows[header.readUInt16LE(62)]
  if (!names) throw new Error('not a 64-bit ELF file')
  const text = bytesAt(names.position, names.length)
  return new Map(rows.map((row) => [text.toString('latin1', row.name, text.indexOf(0, row.name)), row]))
}

/** Zeroes the kernels of a `.nv_fatbin` section that are not machine code of one architecture; their number of bytes. */
function keepArchitecture(section: Buffer, architecture: number): { dropped: number; kept: number } {
  let dropped = 0
  let kept = 0
  for (let at = 0; at + 16 <= section.length;) {
    if (section.readUInt32LE(at) !== fatBinaryMagic) {
      at += 8
      continue
    }
    const end = at + section.readUInt16LE(at + 6) + Number(section.readBigUInt64LE(at + 8))
    for (let entry = at + section.readUInt16LE(at + 6); entry < end;) {
      const start = entry + section.readUInt32LE(entry + 4)
      const length = Number(section.readBigUInt64LE(entry + 8))
      const keep =
        section.readUInt16LE(entry) === machineCode && section.readUInt32LE(entry + 28) === architecture
      if (!keep) section.fill(0, start, start + length)
      if (keep) kept += length
      else dropped += length
      entry = start + length
    }
    at = Math.ceil(end / 8) * 8
  }
  return { dropped, kept }
}

/**
 * Zeroes in a library, in place, the kernels of all GPU architectures but one (such as 90 for 9.0), and the symbols that only
 * a debugger reads: it keeps its size and compresses to a fraction.
 * @returns the bytes of kernels dropped and kept
 * @throws Error when it holds no machine code for that architecture
 */
export function keepOneArchitecture(path: string, architecture: number): { dropped: number; kept: number } {
  const file = openSync(path, 'r+')
  try {
    const sections = sectionsOf(file)
    const kernels = sections.get('.nv_fatbin')
    if (!kernels) throw new Error(`${path} holds no kernels for a GPU`)
    const bytes = Buffer.alloc(kernels.length)
    readSync(file, bytes, 0, kernels.length, kernels.position)
    const result = keepArchitecture(bytes, architecture)
    if (result.kept === 0) throw new Error(`${path} holds no kernels for the architecture ${architecture}`)
    writeSync(file, bytes, 0, kernels.length, kernels.position)
    for (const name of droppedSections) {
      const section = sections.get(name)
      if (section && section.type !== noBits)
        writeSync(file, Buffer.alloc(section.length), 0, section.length, section.position)
    }
    return result
  } finally {
    closeSync(file)
  }
}
